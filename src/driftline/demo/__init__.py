"""The incident on real data: a user's pipeline on a year of flights, broken on purpose, watched and guarded."""
