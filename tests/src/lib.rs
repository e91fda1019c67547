//! Integration tests of Ballast, under `tests/`. Fixtures are in `ballast-testkit`.
