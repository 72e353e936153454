"""The keys of the site file that need no refusal: planned with, or of no concern to planning."""

from __future__ import annotations

from typing import Final

PLANNED: Final = frozenset(
    {
        "grid.phases",
        "grid.system",
        "grid.limit_a",
        "grid.limit_kw",
        "grid.imbalance_limit_a",
        "grid.export_limit_kw",
        "grid.voltage_v",
        "grid.base_load_max_a",
        "grid.reserve_a",
        "circuits[].id",
        "circuits[].parent",
        "circuits[].limit_a",
        "circuits[].limit_kw",
        "circuits[].reserve_a",
        "circuits[].base_load_max_a",
        "chargers[].id",
        "chargers[].circuit",
        "chargers[].driver",
        "chargers[].wiring",
        "chargers[].current_a.**",
        "chargers[].priority",
        "chargers[].weight",
        "groups[].id",
        "groups[].chargers",
        "groups[].priority",
        "groups[].weight",
        "users[].id",
        "users[].group",
        "users[].priority",
        "users[].weight",
        "departures[].user",
        "vehicles[].id",
        "vehicles[].phases",
        "vehicles[].phase_sets",
        "vehicles[].max_current_a",
        "vehicles[].min_current_a",
        "departures[].charger",
        "departures[].vehicle",
        "departures[].days",
        "departures[].arrive",
        "departures[].depart",
        "departures[].energy_kwh",
        "solar[].id",
        "solar[].peak_kw",
        "solar[].inverter_kw",
        "solar[].circuit",
        "solar[].wiring",
        "location.time_zone",
        "location.latitude",
        "location.longitude",
        "location.country",
        "location.subdivision",
        "mode",
        "target_kw",
        "solar_bonus_eur_per_kwh",
        "tariff.peak.**",
        "load.kw",
        *(
            f"tariff.{side}.{key}"
            for side in ("buy", "sell")
            for key in (
                "source",
                "zone",
                "key_file",
                "key_env",
                "path",
                "eur_per_kwh",
                "bands.**",
                "factor",
                "add_eur_per_kwh",
                "vat",
                "bands_add.**",
            )
        ),
        "solar[].source",
        "solar[].path",
        "solar[].tilt_deg",
        "solar[].azimuth_deg",
        "solar[].resource_id",
        "solar[].key_file",
        "solar[].key_env",
        "load.source",
        "load.path",
        "load.yearly_kwh",
        "battery.**",
        "flexible_loads[].id",
        "flexible_loads[].power_kw",
        "flexible_loads[].circuit",
        "flexible_loads[].wiring",
        "flexible_loads[].run_h",
        "flexible_loads[].energy_kwh",
        "flexible_loads[].between",
        "flexible_loads[].min_run_h",
    }
)
"""Keys whose every value has its rule."""

OF_THEIR_OWNER: Final = frozenset(
    {
        "chargers[].power_kw.**",
        "chargers[].cabinet",
        "chargers[].efficiency",
        "chargers[].power_factor",
        "vehicles[].efficiency[].**",
    }
)
"""Keys that count only with a kind or source that is refused by its own name."""

WITHOUT_A_RULE: Final = frozenset(
    {
        "name",
        "vehicles[].name",
        "vehicles[].battery_kwh",
        "users[].rfid",
        "meters.**",
        "grid.meter",
        "grid.protection.**",
        "circuits[].meter",
        "circuits[].protection.**",
        "chargers[].host",
        "chargers[].port",
        "chargers[].unit",
        "chargers[].serial.**",
        "chargers[].topic",
        "chargers[].user",
        "chargers[].token_file",
        "chargers[].connector",
        "chargers[].station",
        "chargers[].protocol",
        "chargers[].failsafe.**",
        "flexible_loads[].driver",
        *(f"flexible_loads[].{key}" for key in ("host", "port", "unit", "serial.**", "topic", "user")),
        "flexible_loads[].token_file",
    }
)
"""Names, and keys that only the executor and its proof look at."""
