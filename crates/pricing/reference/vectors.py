#!/usr/bin/env python3
"""Makes tests/vectors/pricing.json. Needs mpmath (pip install mpmath).

    python3 crates/pricing/reference/vectors.py > tests/vectors/pricing.json

`options` (within the crate's domain) and `wide` (beyond it): forward, strike, volatility (annual, millionths) and seconds;
call and vega in 2^-32 of the forward's unit, delta and gamma (phi(d1)/s) in 2^-64, decay in 2^-40 of the unit. The functions: rows of
arguments in 2^-48 (for ln_ratio two whole numbers, for root_years seconds) and the result in 2^-64, as strings, as they are
longer than a double.

Black's formula and the elementary functions as the textbooks have them, with 60 digits (Black's with enough more that the
difference of its two terms keeps 60). Nothing here is shared with the crate. Its answers are exact but for the rounding of
the last digit written.
"""

import json
import random
from mpmath import mp, mpf, erfc, exp, log, nint, pi, sqrt

mp.dps = 60
random.seed(76)
YEAR = 31_536_000
ONE = 2**48


def scaled(x, bits):
    return str(int(nint(x * mpf(2) ** bits)))


def cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def pdf(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def option(forward, strike, ppm, seconds):
    f, k, tau, sigma = mpf(forward), mpf(strike), mpf(seconds) / YEAR, mpf(ppm) / 10**6
    s = sigma * sqrt(tau)
    d1 = log(f / k) / s + s / 2
    d2 = d1 - s
    if d1 < -40:
        value = mpf(0)
    elif d2 > 40:
        value = f - k
    else:
        value = f * cdf(d1) - k * cdf(d2)
    return {
        "forward": forward,
        "strike": strike,
        "volatility": ppm,
        "seconds": seconds,
        "call": scaled(value, 32),
        "delta": scaled(cdf(d1), 64),
        "gamma": scaled(pdf(d1) / s, 64),
        "vega": scaled(f * pdf(d1) * sqrt(tau), 32),
        "decay": scaled(f * pdf(d1) * sigma / (2 * sqrt(tau)) / YEAR * 2**8, 32),
    }


def options():
    forwards = [1, 7, 1_000, 1_000_003, 60_000_000_000, 2**40, 2**45 + 1, 2**52 - 1]
    volatilities = [1e-6, 1e-5, 1e-4, 1.1e-4, 1e-3, 0.01, 0.1, 0.3, 1, 2, 3, 4, 4.9, 5]
    times = [1, 60, 3_600, 86_400, 7 * 86_400, 30 * 86_400, YEAR, 2 * YEAR, 3 * YEAR]
    made = 0
    while made < 2_300:
        forward = random.choice(forwards[3:] if random.random() < 0.9 else forwards)
        s = random.choice(volatilities) if random.random() < 0.4 else 10 ** random.uniform(-5, 0.699)
        seconds = random.choice(times) if random.random() < 0.5 else random.randrange(1, 3 * YEAR)
        ppm = round(s / (seconds / YEAR) ** 0.5 * 1e6)
        kind = random.random()
        if kind < 0.5:
            x = random.uniform(-7, 7) * s
        elif kind < 0.6:
            x = random.choice([-1, 1]) * (3.912023005428146 - random.choice([0, 1e-9, 1e-3]))
        elif kind < 0.7:
            x = random.choice([-1, 0, 1]) * random.choice([0, 1e-12, 1e-9, 1e-6])
        else:
            x = random.uniform(-3.912, 3.912)
        x = max(-3.912023005428146, min(3.912023005428146, x))
        strike = round(forward * float(exp(-x)))
        if not (1 <= ppm < 2**32 and 1 <= strike <= 50 * forward and forward <= 50 * strike and strike < 2**53):
            continue
        made += 1
        yield option(forward, strike, ppm, seconds)


def wide():
    """Outside the domain: any moneyness, volatilities and times up to s = 15.9."""
    made = 0
    while made < 400:
        forward, strike = (int(2 ** random.uniform(10, 52.9)) for _ in range(2))
        seconds = random.randrange(1, 20 * YEAR)
        ppm = round(10 ** random.uniform(-2, 1.2) / (seconds / YEAR) ** 0.5 * 1e6)
        if 1 <= ppm < 2**32 and ppm / 1e6 * (seconds / YEAR) ** 0.5 < 15.9:
            made += 1
            yield option(forward, strike, ppm, seconds)


def points(low, high, count, edges=()):
    for x in edges:
        yield x
    for _ in range(count):
        yield random.randrange(low, high + 1)


def functions():
    table = {}
    e = [0, 1, -1, ONE, -ONE, 10 * ONE, 2_926_553_797_577_511, -9_560_075_738_753_206]
    table["exp"] = [[str(x), scaled(exp(mpf(x) / ONE), 64)] for x in points(-30 * ONE, 2_926_553_797_577_511, 300, e)]
    p = [1, 2, 5048, ONE - 1, ONE, ONE + 1, 2 * ONE - 1, 2 * ONE, 2**63 - 1]
    p += [int(2 ** random.uniform(0, 62.99)) for _ in range(300)]
    p += [ONE + random.randrange(-(2**42), 2**42) for _ in range(100)]
    table["ln"] = [[str(x), scaled(log(mpf(x) / ONE), 64)] for x in p]
    table["sqrt"] = [[str(x), scaled(sqrt(mpf(x) / ONE), 64)] for x in p + [0]]
    z = [j * ONE // 8 + d for j in range(-72, 73, 5) for d in (-1, 0, 1)]
    z = [x for x in z] + [random.randrange(-10 * ONE, 10 * ONE) for _ in range(400)]
    table["cdf"] = [[str(x), scaled(cdf(mpf(x) / ONE), 64)] for x in z]
    table["pdf"] = [[str(x), scaled(pdf(mpf(x) / ONE), 64)] for x in z]
    rows = []
    while len(rows) < 300:
        base = int(2 ** random.uniform(30, 62.9)) if random.random() < 0.7 else ONE + random.randrange(-(2**46), 2**46)
        power = random.randrange(-8 * ONE, 8 * ONE) if random.random() < 0.8 else random.choice([ONE // 2, ONE, -ONE, 2 * ONE, 0])
        value = (mpf(base) / ONE) ** (mpf(power) / ONE)
        if value < 32_000:
            rows.append([str(base), str(power), scaled(value, 64)])
    while len(rows) < 400:
        base, power = ONE + random.randrange(-(2**40), 2**40), random.randrange(-30_000 * ONE, 30_000 * ONE)
        value = (mpf(base) / ONE) ** (mpf(power) / ONE)
        if value < 32_000:
            rows.append([str(base), str(power), scaled(value, 64)])
    table["pow"] = rows
    rows = []
    for _ in range(300):
        num, den = int(2 ** random.uniform(0, 62.9)), int(2 ** random.uniform(0, 62.9))
        if random.random() < 0.3:
            num = max(1, den + random.randrange(-1000, 1000))
        rows.append([str(num), str(den), scaled(log(mpf(num) / den), 64)])
    table["ln_ratio"] = rows
    seconds = [0, 1, 59, 3_600, 86_400, YEAR - 1, YEAR, YEAR + 1, 3 * YEAR, 4 * YEAR, 2**40] + [random.randrange(1, 4 * YEAR) for _ in range(100)]
    table["root_years"] = [[str(t), scaled(sqrt(mpf(t) / YEAR), 64)] for t in seconds]
    return table


def lines(rows):
    return "[\n" + ",\n".join("    " + json.dumps(r, separators=(",", ":")) for r in rows) + "\n  ]"


print("{")
print('  "format": 1,')
parts = [f'  "options": {lines(list(options()))}', f'  "wide": {lines(list(wide()))}'] + [f'  "{k}": {lines(v)}' for k, v in functions().items()]
print(",\n".join(parts))
print("}")
