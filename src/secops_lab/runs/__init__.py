"""Runs of actions for every front end: choose a VMRay, read arguments, run, describe the result.

The command line, the case wall and other front ends use this package and do not repeat its parts.
"""
