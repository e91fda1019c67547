//! All rows, in sections: the families of instructions in the program's order, and parts of instructions.

use crate::{
    account, block, exchange, governance, lending, liquidation, listing, margin, market, pricing, row::Row, settlement,
    surface, trading,
};

/// A part of the table, with its heading.
pub type Section = (&'static str, &'static [Row]);

/// The whole table, in the order in which it is printed.
pub const SECTIONS: &[Section] = &[
    ("exchange", exchange::ROWS),
    ("listing", listing::ROWS),
    ("surface", surface::ROWS),
    ("governance", governance::ROWS),
    ("account", account::ROWS),
    ("trading", trading::ROWS),
    ("block", block::ROWS),
    ("market", market::ROWS),
    ("lending", lending::ROWS),
    ("settlement", settlement::ROWS),
    ("liquidation", liquidation::ROWS),
    ("margin", margin::ROWS),
    ("pricing", pricing::ROWS),
];

/// All rows.
pub fn all() -> impl Iterator<Item = &'static Row> {
    SECTIONS.iter().flat_map(|(_, rows)| rows.iter())
}

#[cfg(test)]
mod tests {
    use super::SECTIONS;
    use ballast_client::ballast::instruction::{ALL, FAMILIES};
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_the_binding_rows_are_there() {
        let names: Vec<_> = super::all().map(|r| r.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for name in [
            "place_order_post_only_16",
            "place_order_take_1_maker_16",
            "liquidate_16",
            "margin_check_16",
            "margin_check_48",
            "margin_check_48_mixed",
            "margin_check_per_position",
            "margin_check_per_option",
            "black76",
            "refresh_options_each",
            "withdraw_16",
            "refresh_underlyings",
        ] {
            assert!(names.contains(&name), "{name}");
        }
    }

    /// The other way round, that each instruction has a row, `crates/client/tests/instructions.rs` checks of the written table.
    #[test]
    fn sections_are_families_and_their_rows_begin_with_an_instructions_name() {
        let families = FAMILIES.iter().map(|(name, _)| *name);
        assert!(families.eq(SECTIONS[..FAMILIES.len()].iter().map(|(name, _)| *name)));
        for (family, rows) in &SECTIONS[..FAMILIES.len()] {
            for row in *rows {
                let of = |name: &str| row.name.strip_prefix(name).is_some_and(|r| r.is_empty() || r.starts_with('_'));
                assert!(ALL.iter().any(|i| i.family == *family && of(i.name)), "{}", row.name);
            }
        }
    }
}
