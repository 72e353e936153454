"""What the README shows works as it is written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from service.main import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_the_first_real_site_can_be_checked_and_planned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
    site = tmp_path / "site.yaml"
    site.write_text(block)
    rows = [
        f"2026-06-{17 + hour // 24}T{hour % 24:02d}:00+02:00,{0.1 + hour / 1000:.3f}"
        for hour in range(12, 36)
    ]
    (tmp_path / "prices.csv").write_text("\n".join(["time,market_eur_per_kwh", *rows]) + "\n")
    assert main(["check", str(site)]) == 0
    capsys.readouterr()
    assert main(["plan", str(site), "--at", "2026-06-17T12:00+02:00", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    # the market's first price through the tariff of the README, by hand
    assert plan["prices_eur_per_kwh"]["buy"][0] == pytest.approx((0.112 + 0.145) * 1.06, abs=1e-6)
    assert plan["requests"][0]["energy_kwh"] == 18


def test_the_first_real_site_has_about_ten_lines() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
    assert len(block.splitlines()) <= 10


def test_the_files_that_the_docs_show_make_a_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = dict(re.findall(r"```csv (\w+)\n(.*?)```", (ROOT / "docs" / "files.md").read_text(), re.DOTALL))
    uncertain = blocks.pop("uncertain")
    assert set(blocks) == {"prices", "solar", "load", "requests"}
    options = []
    for name, text in blocks.items():
        (tmp_path / f"{name}.csv").write_text(text)
        options += [f"--{name}", str(tmp_path / f"{name}.csv")]
    (block,) = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
    roof = "solar: [{id: roof, peak_kw: 3, source: sample}]\n"
    selling = "  sell: {source: fixed, eur_per_kwh: 0.05}\n"
    (tmp_path / "site.yaml").write_text(block + selling + roof)
    asked = ["plan", str(tmp_path / "site.yaml"), "--at", "2026-06-17T18:00+02:00", "--json", *options]
    assert main(asked) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["site_power_kw"]["solar"][:3] == [1.2, 1.2, 0.9]
    assert plan["site_power_kw"]["load"][0] == pytest.approx(0.6)
    assert plan["requests"][0]["delivered_kwh"] == pytest.approx(8.5, abs=0.2)
    (tmp_path / "solar.csv").write_text(uncertain)
    assert main(asked) == 0
    assert len(json.loads(capsys.readouterr().out)["scenarios"]["cases"]) == 3


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_link_to_a_file_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / page).read_text())
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_picture_is_small_enough_to_be_kept() -> None:
    assert (ROOT / "docs" / "demo.png").stat().st_size < 200_000
