"""Twins with wires: chargers and meters that speak their makers' protocols, written from the makers' tables.

They share no register map with our drivers, so that a map that is wrong on one side shows.
"""
