"""The catalogue and the two indexes derived from it, behind one face: `Archive`."""
