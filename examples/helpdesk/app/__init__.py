"""The IT help-desk assistant of Velmora Pumps."""
