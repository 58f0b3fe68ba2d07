"""The command line `vmray-secops`: the five actions, the emulator and the case wall from a terminal."""
