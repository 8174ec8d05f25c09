{
  description = "Heart rate from a wrist's light and motion: training, codegen, firmware";

  inputs = {
    zephyr-nix.url = "github:nix-community/zephyr-nix";
    zephyr-nix.inputs.zephyr.follows = "zephyr";
    nixpkgs.follows = "zephyr-nix/nixpkgs"; # what the SDK's packaging was locked with

    # Zephyr and the modules it states for firmware-nrf52840dk, as `west update` would bring them.
    zephyr = { url = "github:zephyrproject-rtos/zephyr/v3.7.1"; flake = false; };
    cmsis = { url = "github:zephyrproject-rtos/cmsis/4b96cbb174678dcd3ca86e11e1f24bc5f8726da0"; flake = false; };
    hal_nordic = { url = "github:zephyrproject-rtos/hal_nordic/ab5cb2e2faeb1edfad7a25286dcb513929ae55da"; flake = false; };
    segger = { url = "github:zephyrproject-rtos/segger/b011c45b585e097d95d9cf93edf4f2e01588d3cd"; flake = false; };
    tinycrypt = { url = "github:zephyrproject-rtos/tinycrypt/1012a3ebee18c15ede5efc8332ee2fc37817670f"; flake = false; };
  };

  outputs = { self, nixpkgs, zephyr-nix, zephyr, cmsis, hal_nordic, segger, tinycrypt }:
    let
      inherit (nixpkgs) lib;

      # The wheels that pip finds for requirements.txt, by platform tag; their hashes change with its fingerprint.
      # tests/nix/wheels.py writes both anew.
      requirements = "6e8dd0beb06ffebead276f6917ac5efa6e001fce0aac5064f7ac52e6aa291be1";
      wheelsOf = {
        x86_64-linux = {
          platforms = "manylinux_2_28_x86_64 manylinux_2_27_x86_64 manylinux2014_x86_64";
          hash = "sha256-HIjtJ96MavtdNipoaNRtwIKnVaBAkBBs+L2XV4vJjog=";
        };
        aarch64-linux = {
          platforms = "manylinux_2_28_aarch64 manylinux_2_27_aarch64 manylinux2014_aarch64";
          hash = "sha256-dt6SfiCuGN3wwKvPBksuIwOJdQTkwoL8PIN+oJHkxK0=";
        };
        aarch64-darwin = {
          platforms = "macosx_12_0_arm64";
          hash = "sha256-w44egTLhH9FM8XcQdf3W1HUHJhLBoIALuIr/Hhgs0M8=";
        };
      };

      forSystem = system:
        let
          pkgs = nixpkgs.legacyPackages.${system};
          python = pkgs.python311; # Debian 12's, and so the wheels that ./dev installs there
          isLinux = lib.hasSuffix "linux" system;
          stdenv = if system == "x86_64-linux" then pkgs.multiStdenv else pkgs.stdenv; # native_sim is 32-bit

          # The one step with network. Its name holds the fingerprint: other requirements, other path.
          wheels =
            if builtins.hashFile "sha256" ./requirements.txt != requirements
            then throw "requirements.txt changed: run tests/nix/wheels.py (docs/nix.md)"
            else pkgs.runCommand "pulse-wheels-${builtins.substring 0 8 requirements}"
              {
                nativeBuildInputs = [ python ];
                outputHashMode = "recursive";
                outputHash = wheelsOf.${system}.hash;
              } ''
              export HOME=$TMPDIR
              python -m venv $TMPDIR/venv
              $TMPDIR/venv/bin/python -m pip download --no-cache-dir --no-deps --require-hashes \
                $(printf -- '--platform %s ' ${wheelsOf.${system}.platforms}) -r ${./requirements.txt} -d $out
            '';

          pythonEnv = pkgs.runCommandCC "pulse-python"
            {
              nativeBuildInputs = [ python ] ++ lib.optional isLinux pkgs.autoPatchelfHook;
              buildInputs = [ pkgs.stdenv.cc.cc.lib pkgs.zlib ]; # all that the wheels link beyond glibc
            } ''
            export HOME=$TMPDIR PIP_NO_INDEX=1 PIP_FIND_LINKS=${wheels}
            python -m venv $out
            $out/bin/python -m pip install --quiet setuptools wheel
            $out/bin/python -m pip install --quiet --no-build-isolation --require-hashes -r ${./requirements.txt}
            ${lib.optionalString isLinux "autoPatchelf $out"}
          '';

          sdk = zephyr-nix.packages.${system}.sdk-0_16.override { targets = [ "arm-zephyr-eabi" ]; };

          # What ./dev has from Debian.
          tools = [ pythonEnv stdenv.cc ] ++ builtins.attrValues {
            inherit (pkgs) gcc-arm-embedded qemu cmake ninja dtc gperf git;
          };

          # A module without a name in its zephyr/module.yml is called what its folder is called.
          modules = pkgs.linkFarm "pulse-zephyr-modules" { inherit cmsis hal_nordic segger tinycrypt; };

          # `command` in a writable copy of the tree.
          inTree = name: command: pkgs.runCommandCC "pulse-${name}"
            {
              nativeBuildInputs = tools;
              hardeningDisable = [ "all" ]; # _FORTIFY_SOURCE warns at -O0, and warnings are errors
              PULSE_NIX_SHELL = 1;
            } ''
            export HOME=$TMPDIR
            cp -r ${self} tree
            chmod -R u+w tree
            cd tree
            patchShebangs .
            git init --quiet # the C files are listed by git
            ${command}
          '';
        in
        rec {
          packages = {
            model-c = inTree "model-c" "invoke embed --student training/wristpulse/student/nobody --output $out";

            firmware-nrf52840dk = pkgs.runCommandCC "pulse-firmware-nrf52840dk"
              {
                nativeBuildInputs = tools;
                ZEPHYR_BASE = zephyr;
                ZEPHYR_SDK_INSTALL_DIR = sdk;
              } ''
              export HOME=$TMPDIR
              cmake -G Ninja -S ${self} -B build -DBOARD=nrf52840dk \
                -DPULSE_MODEL_DIR=${packages.model-c} -DZEPHYR_MODULES="$(printf '%s;' ${modules}/*)"
              cmake --build build
              install -D -m 644 -t $out build/zephyr/zephyr.{elf,hex,map} build/zephyr/.config
            '';
          };

          apps.demo = {
            type = "app";
            program = lib.getExe (pkgs.writeShellApplication {
              name = "pulse-demo";
              runtimeInputs = tools;
              runtimeEnv.PULSE_NIX_SHELL = 1;
              text = ''
                if [[ ! -x dev || ! -d training ]]; then # not in a checkout: work in a copy
                  copy=$(mktemp -d)/pulse
                  cp -r ${self} "$copy"
                  chmod -R u+w "$copy"
                  cd "$copy"
                  echo "demo: working in $copy"
                fi
                exec bash ./dev invoke demo "$@"
              '';
            });
          };

          devShells.default = pkgs.mkShell.override { inherit stdenv; } {
            packages = tools ++ [
              sdk
              # By its path alone: as a package it would bring another Python's modules along.
              (pkgs.writeShellScriptBin "pyocd" ''exec ${pkgs.pyocd}/bin/pyocd "$@"'')
            ];
            hardeningDisable = [ "all" ];
            PULSE_NIX_SHELL = 1;
            ZEPHYR_SDK_INSTALL_DIR = sdk;
          };

          checks = {
            lint = inTree "lint" "invoke lint && touch $out";
            tests = inTree "tests" "invoke test && touch $out";
          };
        };

      systems = lib.genAttrs (builtins.attrNames wheelsOf) forSystem;
      outputsOf = kind: builtins.mapAttrs (_: outputs: outputs.${kind}) systems;
    in
    lib.genAttrs [ "packages" "apps" "devShells" "checks" ] outputsOf;
}
