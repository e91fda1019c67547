#!/usr/bin/env python3
"""Makes crates/pricing/src/tables.rs. Needs mpmath (pip install mpmath).

    python3 crates/pricing/reference/tables.py | rustfmt --config use_small_heuristics=Max,max_width=120 > crates/pricing/src/tables.rs

Every table holds polynomials in a local variable t in [-1/2, 1/2), fitted with 50 digits by interpolation in the Chebyshev
nodes, stretched until the outermost are the ends of the interval: so neighbours meet, and a function made of pieces is as
monotone as its original. The largest error of each is printed to standard error.
"""

import sys
from mpmath import mp, mpf, cos, pi, exp, erfc, sqrt, log, log1p, lu_solve, matrix, nint, power

mp.dps = 50


def fit(f, degree):
    """Coefficients, lowest first, of the polynomial that meets f in the stretched Chebyshev nodes of [-1/2, 1/2]."""
    n = degree + 1
    nodes = [cos(pi * (2 * k + 1) / (2 * n)) / cos(pi / (2 * n)) / 2 for k in range(n)]
    return list(lu_solve(matrix([[t**j for j in range(n)] for t in nodes]), matrix([f(t) for t in nodes])))


def horner(c, t):
    p = mpf(0)
    for a in reversed(c):
        p = p * t + a
    return p


def worst(c, f, points=200):
    return max(abs(horner(c, mpf(k) / points - mpf(1) / 2) - f(mpf(k) / points - mpf(1) / 2)) for k in range(points + 1))


def fixed(x, bits):
    n = int(nint(x * mpf(2) ** bits))
    assert -(2**63) <= n < 2**63
    return n


def number(n):
    sign, digits = ("-" if n < 0 else ""), str(abs(n))
    groups = []
    while digits:
        groups.insert(0, digits[-3:])
        digits = digits[:-3]
    return sign + "_".join(groups)


def tail(z):
    """N(-z) exp(z^2/2)."""
    return erfc(z / sqrt(mpf(2))) / 2 * exp(z * z / 2)


def report(what, error):
    print(f"{what}: {mp.nstr(error, 4)} = 2^{mp.nstr(log(error, 2), 5)}", file=sys.stderr)


out = []


def constant(doc, name, n):
    out.append(f"/// {doc}\npub(crate) const {name}: i64 = {number(n)};\n")


def array(doc, name, row):
    out.append(f"/// {doc}\npub(crate) const {name}: [i64; {len(row)}] = [")
    out.extend(f"    {number(n)}," for n in row)
    out.append("];\n")


def arrays(doc, name, rows):
    out.append(f"/// {doc}\npub(crate) static {name}: [[i64; {len(rows[0])}]; {len(rows)}] = [")
    for row in rows:
        out.append("    [")
        out.extend(f"        {number(n)}," for n in row)
        out.append("    ],")
    out.append("];\n")


print("//! Constants and polynomials. Made by `reference/tables.py`, not by hand.\n")

# Constants.
constant("log2(e), Q62.", "LOG2_E", fixed(1 / log(mpf(2)), 62))
constant("ln(2), Q57.", "LN_2", fixed(log(mpf(2)), 57))
constant("1/√(2π), Q62.", "INV_ROOT_TWO_PI", fixed(1 / sqrt(2 * pi), 62))
constant("2^87 / 31,536,000: the reciprocal of a year's seconds.", "INV_YEAR", int(nint(mpf(2) ** 87 / 31_536_000)))

# 2^-(j + 1/2)/32 and 2^-(t/32).
STEPS = 32
array("2^-((j + 1/2)/32), Q62.", "EXP2_STEPS", [fixed(power(2, -(mpf(j) + mpf(1) / 2) / STEPS), 62) for j in range(STEPS)])
f = lambda t: power(2, -t / STEPS)
c = fit(f, 5)
report("exp2", worst(c, f))
array("2^-(t/32) for t in [-1/2, 1/2), lowest power first, Q62.", "EXP2", [fixed(a, 62) for a in c])

# ln: the reciprocal of each sixty-fourth's centre, its logarithm, and ln(1 + t/64).
PARTS = 64
rows = []
for j in range(PARTS):
    r = fixed(1 / (1 + (mpf(j) + mpf(1) / 2) / PARTS), 63)
    rows.append([r, fixed(-log(mpf(r) / mpf(2) ** 63), 60)])
arrays("For m in [1 + j/64, 1 + (j+1)/64): c ≈ 1/m, Q63, and -ln(c), Q60.", "LN_PARTS", rows)
g = lambda t: log1p(t / PARTS) / t if t else mpf(1) / PARTS
c = fit(g, 5)
report("ln", worst([mpf(0)] + c, lambda t: log1p(t / PARTS)))
array("ln(1 + t/64)/t for t in [-1/2, 1/2), lowest power first, Q62.", "LN", [fixed(a, 62) for a in c])

# The scaled tail of the normal distribution: 32 intervals of 1/8 in [0, 4), then 16 in each octave up to 32.
edges = [(mpf(j) / 8, mpf(1) / 8) for j in range(32)]
for octave in (2, 3, 4):
    width = mpf(2) ** (octave - 4)
    edges += [(mpf(2) ** octave + j * width, width) for j in range(16)]
rows, errors = [], []
for low, width in edges:
    f = lambda t: tail(low + width * (t + mpf(1) / 2))
    c = fit(f, 7)
    errors.append(worst(c, f, 60))
    rows.append([fixed(a, 62) for a in c])
report("tail", max(errors))
for name, part in (("[0, 4)", errors[:32]), ("[4, 8)", errors[32:48]), ("[8, 16)", errors[48:64]), ("[16, 32)", errors[64:])):
    report("tail in " + name, max(part))
arrays(
    "N(-z)·exp(z²/2): 32 intervals of 1/8 in [0, 4), then 16 in each of [4, 8), [8, 16), [16, 32); polynomials in\n"
    "/// t = (z - centre) / width, lowest power first, Q62.",
    "TAIL",
    rows,
)
print("\n".join(out).rstrip())
