//! `RESULTS.md` for people and `results.json` for programs.

use crate::{exchange::Units, native::Native, rows};
use Head::{Left, Right};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::PathBuf,
};

/// The file for people, and the one for programs.
const MARKDOWN: &str = "RESULTS.md";
const JSON: &str = "results.json";

/// A figure and its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Compute units.
    pub cu: u64,
    /// Most that it may be.
    pub ceiling: u64,
}

/// The program that was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elf {
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Its bytes.
    pub size: u64,
}

/// `results.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    /// The program.
    pub elf: Elf,
    /// Compute units.
    pub rows: BTreeMap<String, Figure>,
    /// Times on the machine that wrote the file, if they were measured. Nothing depends on them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native: Option<Native>,
}

impl Results {
    /// Puts what was measured together with the ceilings and the program.
    pub fn new(units: &Units, native: Option<Native>) -> Result<Self> {
        let path = ballast_testkit::elf_path();
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { elf: Elf { sha256, size: bytes.len() as u64 }, rows: figures(units)?, native })
    }

    /// The results in a file that was written before.
    pub fn read() -> Result<Self> {
        let text = fs::read_to_string(file(JSON)).with_context(|| format!("no {JSON}: run `cargo xtask bench`"))?;
        serde_json::from_str(&text).context(JSON)
    }

    /// Writes both files.
    pub fn write(&self) -> Result<()> {
        fs::write(file(JSON), serde_json::to_string_pretty(self)? + "\n")?;
        fs::write(file(MARKDOWN), self.markdown()?)?;
        Ok(())
    }

    /// The rows whose figure or ceiling is another one than in older results.
    pub fn changes(&self, older: &Self) -> Vec<String> {
        let names: BTreeSet<_> = self.rows.keys().chain(older.rows.keys()).collect();
        let show =
            |figure: Option<&Figure>| figure.map_or("nothing".to_owned(), |f| format!("{} of {}", f.cu, f.ceiling));
        let changed = names.into_iter().filter(|name| self.rows.get(*name) != older.rows.get(*name));
        changed.map(|n| format!("{n}: {} was {}", show(self.rows.get(n)), show(older.rows.get(n)))).collect()
    }

    /// The rows above their ceilings.
    pub fn too_dear(&self) -> impl Iterator<Item = (&String, &Figure)> {
        self.rows.iter().filter(|(_, figure)| figure.cu > figure.ceiling)
    }

    /// As Markdown.
    pub fn markdown(&self) -> Result<String> {
        let mut out = String::from(HEAD);
        writeln!(out, "\nMeasured: `ballast.so`, {} bytes, SHA-256 `{}`.", grouped(self.elf.size), self.elf.sha256)?;
        for (heading, rows) in rows::SECTIONS {
            writeln!(out, "\n## {heading}\n")?;
            let lines = rows.iter().map(|row| {
                let figure = self.rows[row.name];
                let over = if figure.cu > figure.ceiling { " **above**" } else { "" };
                let target = row.target.map_or_else(String::new, grouped);
                let (cu, ceiling) = (grouped(figure.cu), grouped(figure.ceiling));
                [format!("`{}`", row.name), format!("{cu}{over}"), ceiling, target, row.what.to_owned()]
            });
            let heads = [Left("row"), Right("CU"), Right("ceiling"), Right("design target"), Left("what")];
            table(&mut out, heads, lines)?;
        }
        self.profile(&mut out)?;
        if let Some(native) = &self.native {
            writeln!(
                out,
                "\n## Native\n\nTimes of the same margin check in a bot, on the machine that wrote this file.\n"
            )?;
            let lines = native.iter().map(|(name, ns)| {
                let target = if name == "margin_check_64_ns" { "2.0 µs" } else { "" };
                [format!("`{name}`"), format!("{:.1} µs", *ns as f64 / 1_000.0), target.to_owned()]
            });
            table(&mut out, [Left("row"), Right("time"), Right("design target")], lines)?;
        }
        Ok(out)
    }

    /// Where the units of a post-only order go, by differences of rows.
    fn profile(&self, out: &mut String) -> Result<()> {
        let cu = |name: &str| self.rows[name].cu;
        let (whole, accounts) = (cu("place_post_only_16"), cu("cancel_all_orders_0"));
        let check = cu("margin_check_16");
        let rest = whole.saturating_sub(accounts + check);
        let parts = [
            (accounts, "five accounts with their seeds, time, dispatch, an event: `cancel_all_orders` without orders"),
            (check, "the margin check: `margin_check_16`"),
            (rest, "validation, the copy of the portfolio, the book, order margin, the rest of the event"),
            (whole, "`place_post_only_16`"),
        ];
        writeln!(out, "\n## Where the units of a post-only order go\n")?;
        let share = |units: u64| format!("{} %", (100 * units + whole / 2) / whole.max(1));
        let lines = parts.iter().map(|(units, what)| [grouped(*units), share(*units), (*what).to_owned()]);
        table(out, [Right("CU"), Right("share"), Left("what")], lines)
    }
}

/// Every row must have been measured, and nothing else.
fn figures(units: &Units) -> Result<BTreeMap<String, Figure>> {
    let mut figures = BTreeMap::new();
    for row in rows::all() {
        let cu = *units.get(row.name).with_context(|| format!("{} was not measured", row.name))?;
        figures.insert(row.name.to_owned(), Figure { cu, ceiling: row.ceiling });
    }
    for name in units.keys() {
        ensure!(figures.contains_key(*name), "{name} was measured and has no ceiling");
    }
    Ok(figures)
}

const HEAD: &str = "\
# Compute units

Written by `cargo xtask bench`, which fails where a row is above its ceiling. Do not edit.

Every figure is what the program itself consumed, calls of the token program included, in an SVM with mainnet's features;
the compute budget's own instruction (150 CU) is not in it. Keys are constants, so that the same ELF gives the same figures
to the unit. \"16 positions\" are two perpetuals on each of 8 underlyings, \"64\" eight on each; every underlying has net
delta and is in one of two product groups. The rows of the margin check are differences between real instructions with and
without the positions. The design target is what the finished model, options included, is to stay below.
";

/// A column's heading, and the side to which its cells are set.
#[derive(Clone, Copy)]
enum Head {
    Left(&'static str),
    Right(&'static str),
}

/// Writes a table, its columns aligned for those who read the file as it is.
fn table<const N: usize>(out: &mut String, heads: [Head; N], lines: impl Iterator<Item = [String; N]>) -> Result<()> {
    let mut lines: Vec<_> = lines.collect();
    lines.insert(0, heads.map(|(Left(text) | Right(text))| text.to_owned()));
    let width: [usize; N] = std::array::from_fn(|c| lines.iter().map(|l| l[c].chars().count()).max().unwrap_or(0));
    let rule = std::array::from_fn(|c| match heads[c] {
        Left(_) => "-".repeat(width[c]),
        Right(_) => "-".repeat(width[c] - 1) + ":",
    });
    lines.insert(1, rule);
    for line in &lines {
        let cells = line.iter().zip(heads).zip(width).map(|((text, head), width)| match head {
            Left(_) => format!("{text:<width$}"),
            Right(_) => format!("{text:>width$}"),
        });
        writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))?;
    }
    Ok(())
}

/// A number with its thousands separated.
fn grouped(number: u64) -> String {
    ballast_client::decimal::format(number as i64, 0, 0)
}

/// A file of this package.
fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned() {
        let mut out = String::new();
        let line = ["`a`".to_owned(), "12".to_owned()];
        table(&mut out, [Left("row"), Right("CU")], std::iter::once(line)).unwrap();
        assert_eq!(out, "| row | CU |\n| --- | -: |\n| `a` | 12 |\n");
    }

    #[test]
    fn every_row_is_needed_and_no_other() {
        let units: Units = rows::all().map(|row| (row.name, row.ceiling)).collect();
        assert_eq!(figures(&units).unwrap().len(), units.len());
        let mut more = units.clone();
        more.insert("unheard_of", 1);
        assert!(figures(&more).is_err());
        let mut less = units;
        less.remove("sweep");
        assert!(figures(&less).is_err());
    }
}
