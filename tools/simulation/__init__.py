"""Examples of what the actions say and leave, produced on the emulator and the local SecOps."""
