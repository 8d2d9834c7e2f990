"""Control charts against published worked examples, and what Laney's charts must share with them."""

from __future__ import annotations

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.governance.control_charts import laney_p, laney_u, xmr

# Montgomery, Introduction to Statistical Quality Control: costs of processing loans (XmR), orange juice cans (p chart).
LOANS = [310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306, 301, 304]
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


def test_xmr_of_the_published_loan_costs() -> None:
    chart = xmr([float(cost) for cost in LOANS])
    assert chart is not None and chart.centre == pytest.approx(300.5)
    assert chart.points[0].upper == pytest.approx(321.22, abs=0.01)
    assert chart.points[0].lower == pytest.approx(279.78, abs=0.01)
    assert not any(point.signals for point in chart.points)


def test_p_of_the_published_cans_has_its_centre_and_before_laneys_factor_its_limits() -> None:
    chart = laney_p(CANS, [50] * 30)
    assert chart is not None and chart.centre == pytest.approx(0.2313, abs=5e-5)
    three_sigma = (chart.points[0].upper - chart.centre) / chart.sigma_z
    assert three_sigma == pytest.approx(0.4102 - 0.2313, abs=1e-4)


@given(st.lists(st.integers(1, 49), min_size=8, max_size=40))
def test_with_equal_sizes_laneys_charts_are_xmr_charts_of_the_rates(counts: list[int]) -> None:
    plain = xmr([count / 50 for count in counts])
    shares, events = laney_p(counts, [50] * len(counts)), laney_u(counts, [50.0] * len(counts))
    assert plain is not None and shares is not None and events is not None
    assert shares.centre == pytest.approx(plain.centre) and events.centre == pytest.approx(plain.centre)
    assert min(plain.points[0].upper, 1.0) == pytest.approx(shares.points[0].upper)
    assert plain.points[0].upper == pytest.approx(events.points[0].upper)
    assert max(plain.points[0].lower, 0.0) == pytest.approx(shares.points[0].lower)


def test_variation_that_sampling_does_not_explain_widens_the_limits() -> None:
    chance, sizes = random.Random(7), [5000] * 40
    swinging = [int(n * (0.5 + 0.1 * chance.uniform(-1, 1))) for n in sizes]
    chart = laney_p(swinging, sizes)
    assert chart is not None and chart.sigma_z > 3


def test_limits_are_frozen_after_the_baseline_and_a_change_then_shows() -> None:
    chart = laney_p([30, 32, 28, 31, 29, 30, 31, 29, 30, 30, 60, 61, 59, 62, 60, 61, 60, 59], [100] * 18, baseline=10)
    assert chart is not None and chart.baseline == 10 and chart.centre == pytest.approx(0.30)
    assert "beyond the limits" in chart.points[10].signals
    assert not any("shift" in signal for signal in chart.points[16].signals)
    assert any("shift" in signal for signal in chart.points[17].signals)


def test_a_trend_and_two_of_three_are_named() -> None:
    rising = xmr([1.0, 5.0, 1.0, 5.0, 1.0, 5.0, 1.0, 5.0, 2.0, 2.1, 2.2, 2.3, 2.4, 2.5], baseline=8)
    assert rising is not None and any("trend" in signal for signal in rising.points[-1].signals)
    far = xmr([10.0, 12.0, 8.0, 12.0, 8.0, 12.0, 8.0, 10.0, 17.0, 10.0, 17.0], baseline=8)
    assert far is not None and far.points[-1].upper > 17
    assert far.points[-1].signals == ("two of three beyond two sigma",)
    assert far.points[-2].signals == ()


def test_a_subgroup_without_size_has_no_value_and_too_few_make_no_limits() -> None:
    chart = laney_p([3] * 9 + [0], [10] * 9 + [0])
    assert chart is not None and chart.points[-1].value is None and chart.points[-1].signals == ()
    assert laney_p([1] * 7, [10] * 7) is None
    assert xmr([1.0] * 7) is None


@pytest.mark.parametrize(("counts", "sizes"), [([5], [4]), ([-1], [4]), ([1, 1], [4])])
def test_counts_that_do_not_fit_are_refused(counts: list[int], sizes: list[int]) -> None:
    with pytest.raises(ValueError, match="count"):
        laney_p(counts, sizes)


# Typing errors per 100 lines in 12 reports of unequal length, invented; worked through by the published steps.
ERRORS, LINES = (
    [9, 14, 4, 22, 11, 7, 30, 5, 12, 18, 3, 25],
    [1.2, 2.5, 0.9, 3.1, 2.2, 1.0, 4.0, 1.1, 1.9, 2.4, 0.7, 3.3],
)


def test_u_with_unequal_sizes_follows_the_published_steps() -> None:
    """Rates to z-scores, their mean moving range over 1.128 as sigma Z, limits at 3 sigma Z, none below zero.

    The steps as Minitab publishes them for its Laney U' chart ("Methods and formulas"), done here by hand.
    """
    mean = sum(ERRORS) / sum(LINES)
    spread = [(mean / lines) ** 0.5 for lines in LINES]
    z = [(errors / lines - mean) / one for errors, lines, one in zip(ERRORS, LINES, spread, strict=True)]
    moving = [abs(z[at] - z[at - 1]) for at in range(1, len(z))]
    sigma_z = statistics.mean(moving) / 1.128
    chart = laney_u(ERRORS, LINES)
    assert chart is not None
    assert (chart.centre, chart.sigma_z) == pytest.approx((mean, sigma_z))
    assert [point.upper for point in chart.points] == pytest.approx([mean + 3 * sigma_z * one for one in spread])
    assert [point.lower for point in chart.points] == pytest.approx(
        [max(mean - 3 * sigma_z * one, 0.0) for one in spread]
    )
    assert chart.sigma_z != pytest.approx(1.0, abs=0.05)  # else the factor would not be seen
