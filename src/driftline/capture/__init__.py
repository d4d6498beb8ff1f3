"""The SDK inside the user's process: what is read, run, written and answered becomes events. It never hurts."""
