"""A plant in a box: cars, chargers, meters and a house to try plans on."""
