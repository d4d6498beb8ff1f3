"""Other tools' formats: our records as another server answers them. No format leaks out of its own folder."""
