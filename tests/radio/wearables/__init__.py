"""Sensors that are worn by the simulated lifter: firmware that answers as the notes say."""
