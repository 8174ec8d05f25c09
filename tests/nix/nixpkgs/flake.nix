# Stands in for nixpkgs: the names that ../../../flake.nix may use, without the packages. A name that is not here
# fails; every function makes a derivation of all it is given, so nothing it is given stays unevaluated.
{
  description = "The names of nixpkgs that Pulse uses";

  outputs = { self }:
    let
      lib = rec {
        genAttrs = names: f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
        optional = condition: value: if condition then [ value ] else [ ];
        optionalString = condition: text: if condition then text else "";
        hasSuffix = suffix: text: builtins.match ".*${suffix}" text != null;
        getExe = package: "${package}/bin/${package.name}";
      };

      # nixpkgs has multiStdenv and gcc_multi for x86_64-linux only.
      packagesOf = system:
        let
          make = name: arguments: derivation ({ builder = "/bin/sh"; } // arguments // { inherit name system; });
          package = name: make name { };
          run = name: environment: script: make name (environment // { buildCommand = script; });
          stdenv = name: { cc = package "${name}-cc" // { cc.lib = package "${name}-cc-lib"; }; };
          mkShell = { stdenv }: { packages, ... }@arguments:
            make "nix-shell" (arguments // { inherit (stdenv) cc; });
        in
        lib.genAttrs [
          "cmake" "dtc" "gcc-arm-embedded" "git" "gperf" "ninja" "pyocd" "python311" "qemu" "zlib"
        ] package // {
          stdenv = stdenv "gcc";
          mkShell.override = mkShell;
          runCommand = run;
          runCommandCC = run;
          linkFarm = name: entries: make name { entries = builtins.attrValues entries; names = builtins.attrNames entries; };
          writeShellApplication = { name, runtimeInputs, runtimeEnv, text }:
            make name { inherit runtimeInputs text; env = builtins.toJSON runtimeEnv; };
          writeShellScriptBin = name: text: make name { inherit text; };
        } // (if lib.hasSuffix "linux" system then { autoPatchelfHook = package "auto-patchelf-hook"; } else { })
        // (if system == "x86_64-linux" then { multiStdenv = stdenv "gcc-multi"; } else { });
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" "aarch64-darwin" ] packagesOf;
    };
}
