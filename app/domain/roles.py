"""What a PC can stand at: a pickup point, or a grid station."""

POINT, STATION = "point", "station"
