//! Every instruction of the program's list has what an instruction needs, in the place of its family: a handler, a builder, a
//! test of its accounts, a benchmark, a row in the README, an entry in the IDL. What fails says what is missing.

use ballast::instruction::{ALL, FAMILIES, Instruction, name, tag};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The repository as it is on the disk.
struct Repository {
    readme: String,
    results: String,
    idl: Vec<Value>,
}

/// A place in the repository.
fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn text(path: &str) -> String {
    fs::read_to_string(at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The sources in a folder, without white space.
fn sources(folder: &str) -> String {
    let Ok(files) = fs::read_dir(at(folder)) else { return String::new() };
    let files = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    files.flat_map(|source| source.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The first cells of a table's rows between a heading and the next.
fn cells<'a>(document: &'a str, heading: &str, next: &str) -> Vec<&'a str> {
    let lines = document.lines().skip_while(|line| *line != heading).skip(1);
    let lines = lines.take_while(|line| !line.starts_with(next));
    lines.filter_map(|line| line.strip_prefix('|')?.split('|').next()).map(str::trim).collect()
}

/// Whether a benchmark's row is of this instruction: the longest name with which it begins.
fn is_row_of(row: &str, instruction: &str) -> bool {
    let begins = |name: &str| row.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    begins(instruction) && !ALL.iter().any(|other| other.name.len() > instruction.len() && begins(other.name))
}

impl Repository {
    fn read() -> Self {
        let idl: Value = serde_json::from_str(&text("idl/ballast.json")).unwrap();
        let idl = idl["instructions"].as_array().unwrap().clone();
        Self { readme: text("README.md"), results: text("benches/RESULTS.md"), idl }
    }

    /// What an instruction lacks.
    fn lacks(&self, i: &Instruction) -> Vec<String> {
        let Instruction { tag, name, family, .. } = i;
        let mut missing = Vec::new();
        let mut need = |there: bool, what: String| {
            if !there {
                missing.push(format!("{name}: {what}"));
            }
        };
        let handler = format!("programs/ballast/src/instructions/{family}/{name}.rs");
        need(at(&handler).is_file(), format!("no handler {handler}"));
        let builders = format!("crates/client/src/instruction/{family}.rs");
        need(text(&builders).contains(&format!("pub fn {name}(")), format!("no builder in {builders}"));
        let tests = format!("tests/tests/svm/{family}");
        need(
            sources(&tests).contains(&format!("Case::new(\"{name}\"")),
            format!("no Case::new(\"{name}\", ..) in {tests}"),
        );
        let rows = cells(&self.results, &format!("## {family}"), "## ");
        let measured = rows.iter().any(|row| is_row_of(row.trim_matches('`'), name));
        need(measured, format!("no row in the section {family} of benches/RESULTS.md"));
        let rows = cells(&self.readme, &format!("| **{family}** | | |"), "| **");
        let told = rows.iter().any(|row| row.contains(&format!("`{name}`")));
        need(told, format!("no row in the family {family} of the README's table"));
        match self.idl.iter().find(|entry| entry["name"] == *name) {
            None => need(false, "not in idl/ballast.json".to_owned()),
            Some(entry) => {
                need(entry["discriminator"] == serde_json::json!([tag]), format!("not {tag} in idl/ballast.json"));
                let docs = entry["docs"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let docs = docs.collect::<Vec<_>>().join(" ");
                need(docs == i.doc, format!("the list says '{}', program.rs '{docs}'", i.doc));
            }
        }
        missing
    }
}

/// I338.
#[test]
fn no_instruction_lacks_anything() {
    let repository = Repository::read();
    let missing: Vec<_> = ALL.iter().flat_map(|i| repository.lacks(i)).collect();
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
    assert_eq!(repository.idl.len(), ALL.len(), "the IDL has an instruction that the list has not");
}

#[test]
fn what_is_missing_is_named() {
    let unheard = Instruction { tag: 255, name: "unheard_of", family: "trading", waits: false, doc: "" };
    assert_eq!(
        Repository::read().lacks(&unheard),
        [
            "unheard_of: no handler programs/ballast/src/instructions/trading/unheard_of.rs",
            "unheard_of: no builder in crates/client/src/instruction/trading.rs",
            "unheard_of: no Case::new(\"unheard_of\", ..) in tests/tests/svm/trading",
            "unheard_of: no row in the section trading of benches/RESULTS.md",
            "unheard_of: no row in the family trading of the README's table",
            "unheard_of: not in idl/ballast.json",
        ]
    );
    assert!(is_row_of("liquidate_slice_8", "liquidate"));
}

/// I338.
#[test]
fn tags_names_and_families_are_unique_and_those_of_the_program() {
    let distinct = |count: usize| assert_eq!(count, ALL.len());
    distinct(ALL.iter().map(|i| i.tag).collect::<BTreeSet<_>>().len());
    distinct(ALL.iter().map(|i| i.name).collect::<BTreeSet<_>>().len());
    for i in ALL {
        assert_eq!((name(i.tag), tag::waits(i.tag)), (Some(i.name), i.waits), "{}", i.name);
    }
    let folders = fs::read_dir(at("programs/ballast/src/instructions")).unwrap().map(|entry| entry.unwrap());
    let folders = folders.filter(|entry| entry.file_type().unwrap().is_dir());
    let folders: BTreeSet<_> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert_eq!(folders, FAMILIES.iter().map(|(name, _)| (*name).to_owned()).collect());
}
