"""The virtual plant: chargers, cars, meters and a house in virtual time, without wires."""
