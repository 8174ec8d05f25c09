# Stands in for zephyr-nix: an SDK of the version and the toolchains that Zephyr 3.7 goes with.
{
  description = "The names of zephyr-nix that Pulse uses";

  outputs = { self }:
    let
      sdk = system: { targets }:
        assert builtins.all (target: builtins.elem target [ "arm-zephyr-eabi" ]) targets;
        derivation { name = "zephyr-sdk"; inherit system targets; builder = "/bin/sh"; };
      packagesOf = system: { name = system; value.sdk-0_16.override = sdk system; };
    in
    {
      packages = builtins.listToAttrs (map packagesOf [ "x86_64-linux" "aarch64-linux" "aarch64-darwin" ]);
    };
}
