"""The command line `vmray-secops`: run the actions, the emulator and the case wall from a terminal."""
