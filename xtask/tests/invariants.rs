//! `INVARIANTS.md` against the repository: numbers, sentences, and citations in both directions.

use std::{
    collections::BTreeSet,
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

/// The repository's root: cargo runs a test in its package's folder.
const ROOT: &str = "..";
const FILE: &str = "INVARIANTS.md";
/// The most words of an invariant.
const MOST_WORDS: usize = 50;

/// Sections (the first word of a heading), where their tests are, and their numbers.
const SECTIONS: [(&str, &str, &[RangeInclusive<u32>]); 3] = [
    ("Risk", "crates/risk", &[1..=99, 400..=599, 800..=999]),
    ("Book", "crates/book", &[100..=199]),
    ("Program", "tests/tests/svm", &[200..=399, 600..=799]),
];
/// What a citation may begin with, to name a test outside its section's folder.
const CRATES: [(&str, &str); 5] = [
    ("risk", "crates/risk"),
    ("book", "crates/book"),
    ("client", "crates/client"),
    ("program", "programs/ballast"),
    ("localnet", "tests/tests/localnet"),
];

/// A row of the file.
struct Row {
    line: usize,
    number: u32,
    /// Its number is struck out: it is used, and no longer defined.
    struck: bool,
    section: &'static str,
    /// Where its tests are.
    folder: &'static str,
    numbers: &'static [RangeInclusive<u32>],
    sentence: String,
    citations: Vec<String>,
}

impl Row {
    fn at(&self) -> String {
        format!("{FILE}:{}: I{}", self.line, self.number)
    }
}

/// A test of the repository.
struct Test {
    /// Its file, from the repository's root.
    file: PathBuf,
    /// Folders below the crate, file and inline modules.
    modules: Vec<String>,
    name: String,
    /// The numbers in the comment above it.
    cites: BTreeSet<u32>,
}

/// Files and folders of the repository, by their path from its root. What is hidden or built is left out.
fn tree() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(Path::new(ROOT).join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if name.starts_with('.') || name == "target" {
                continue;
            }
            let path = folder.join(name);
            found.push(path.clone());
            if entry.file_type().unwrap().is_dir() {
                walk(&path, found);
            }
        }
    }
    let mut found = Vec::new();
    walk(Path::new(""), &mut found);
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|e| e == extension)
}

/// The number that a word such as `I203` is.
fn number(word: &str) -> Option<u32> {
    let digits = word.strip_prefix('I')?;
    if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// The numbers that a text cites, those between the ends of "I201 to I203" too.
fn cited(text: &str) -> BTreeSet<u32> {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
    let mut found = BTreeSet::new();
    for (i, word) in words.iter().enumerate() {
        let Some(first) = number(word) else { continue };
        let last = match words.get(i + 1) {
            Some(&"to") => words.get(i + 2).and_then(|w| number(w)).unwrap_or(first),
            _ => first,
        };
        found.extend(first..=last.max(first));
    }
    found
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn rows() -> Vec<Row> {
    let text = read(Path::new(FILE));
    let mut section = None;
    let mut rows = Vec::new();
    for (line, text) in text.lines().enumerate() {
        if let Some(heading) = text.strip_prefix("## ") {
            let word = heading.split(|c: char| !c.is_alphanumeric()).next().unwrap();
            section = SECTIONS.iter().find(|s| s.0 == word);
            assert!(section.is_some(), "{FILE}:{}: no section is called `{word}`", line + 1);
        }
        let escaped = text.replace("\\|", "\0");
        let cells: Vec<&str> = escaped.trim().trim_matches('|').split('|').map(str::trim).collect();
        let name = cells[0].trim_matches('~');
        let Some(number) = number(name).filter(|_| text.starts_with('|')) else { continue };
        let &(section, folder, numbers) = section.expect("an invariant belongs to a section");
        assert!(cells.len() == 3, "{FILE}:{}: {name} needs three cells: number, sentence, tests", line + 1);
        rows.push(Row {
            line: line + 1,
            number,
            struck: name != cells[0],
            section,
            folder,
            numbers,
            sentence: cells[1].replace('\0', "|"),
            citations: quoted(cells[2]).map(str::to_owned).collect(),
        });
    }
    assert!(!rows.is_empty(), "{FILE} has no rows");
    rows
}

/// The tests below a folder. The code is formatted: what closes a module has the indentation of what opened it.
fn tests(folder: &str) -> Vec<Test> {
    let mut tests = Vec::new();
    for file in tree().into_iter().filter(|p| p.starts_with(folder) && has_extension(p, "rs")) {
        let below = file.strip_prefix(folder).unwrap().with_extension("");
        let of_file: Vec<String> = below.iter().map(|c| c.to_str().unwrap().to_owned()).collect();
        let mut inline: Vec<(usize, String)> = Vec::new();
        let (mut comment, mut is_test) = (String::new(), false);
        for line in read(&file).lines() {
            let code = line.trim_start();
            let indentation = line.len() - code.len();
            if code.starts_with("//") {
                comment.push_str(code);
                comment.push('\n');
                continue;
            }
            if code.starts_with("#[") {
                is_test |= code.starts_with("#[test]") || code.starts_with("#[tokio::test");
                continue;
            }
            let words: Vec<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            let after = |keyword| words.iter().position(|w| *w == keyword).and_then(|i| words.get(i + 1));
            if code.starts_with('}') && inline.last().is_some_and(|(i, _)| *i == indentation) {
                inline.pop();
            } else if let Some(name) = after("mod").filter(|_| code.ends_with('{')) {
                inline.push((indentation, (*name).to_owned()));
            } else if let Some(name) = after("fn").filter(|_| is_test) {
                let inline = inline.iter().map(|(_, name)| name.clone());
                tests.push(Test {
                    file: file.clone(),
                    modules: of_file.iter().cloned().chain(inline).collect(),
                    name: (*name).to_owned(),
                    cites: cited(&comment),
                });
            }
            comment.clear();
            is_test = false;
        }
    }
    tests
}

/// The tests of each folder that a citation may lead to.
struct Tests(Vec<(&'static str, Vec<Test>)>);

impl Tests {
    fn all() -> Self {
        let folders: BTreeSet<&str> = SECTIONS.iter().map(|s| s.1).chain(CRATES.iter().map(|c| c.1)).collect();
        Self(folders.into_iter().map(|folder| (folder, tests(folder))).collect())
    }

    fn of(&self, folder: &str) -> &[Test] {
        &self.0.iter().find(|(f, _)| *f == folder).unwrap().1
    }

    /// The tests that a citation names. Modules between those that it says may be left out, so that a file can move into
    /// a folder.
    fn find(&self, folder: &str, citation: &str) -> Vec<&Test> {
        let path: Vec<&str> = citation.split("::").collect();
        let named = CRATES.iter().find(|c| c.0 == path[0]).map(|c| (c.1, &path[1..]));
        for (folder, path) in named.into_iter().chain([(folder, &path[..])]) {
            let Some((name, modules)) = path.split_last() else { continue };
            let fits = |test: &&Test| {
                let mut of_test = test.modules.iter();
                (*name == "*" || test.name == *name) && modules.iter().all(|m| of_test.any(|t| t == m))
            };
            let found: Vec<&Test> = self.of(folder).iter().filter(fits).collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// Where else tests of a name are.
    fn elsewhere(&self, name: &str) -> String {
        let same = self.0.iter().flat_map(|(_, tests)| tests).filter(|t| t.name == name);
        let found: Vec<String> = same.map(|t| format!("{} in {}", t.modules.join("::"), t.file.display())).collect();
        if found.is_empty() { String::new() } else { format!(" (a test of that name is in {})", found.join(", ")) }
    }
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} to mend:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn numbers_ascend_and_are_their_sections() {
    let rows = rows();
    let mut wrong = Vec::new();
    for pair in rows.windows(2) {
        if pair[1].number == pair[0].number {
            wrong.push(format!("{}: the row before has this number; give this one a free number", pair[1].at()));
        } else if pair[1].number < pair[0].number {
            wrong.push(format!("{}: move it before I{}; numbers ascend", pair[1].at(), pair[0].number));
        }
    }
    for row in rows.iter().filter(|r| !r.numbers.iter().any(|n| n.contains(&r.number))) {
        wrong.push(format!("{}: `{}` has the numbers {:?}", row.at(), row.section, row.numbers));
    }
    assert_none(&wrong);
}

#[test]
fn an_invariant_is_one_sentence() {
    let mut wrong = Vec::new();
    for row in rows() {
        let words = row.sentence.split_whitespace().count();
        if words > MOST_WORDS {
            wrong.push(format!(
                "{}: {words} words, at most {MOST_WORDS}; shorten it or split it into two rows",
                row.at()
            ));
        }
        match row.sentence.strip_suffix('.') {
            None => wrong.push(format!("{}: ends without a full stop", row.at())),
            Some(rest) if rest.contains(". ") => {
                wrong.push(format!("{}: more than one sentence; join them or split the row", row.at()));
            }
            Some(_) => {}
        }
    }
    assert_none(&wrong);
}

#[test]
fn what_is_cited_exists_and_cites_back() {
    let tests = Tests::all();
    let mut wrong = Vec::new();
    for row in rows().iter().filter(|r| !r.struck) {
        if row.citations.is_empty() {
            wrong.push(format!("{}: cites no test; name the one that holds it", row.at()));
        }
        for citation in &row.citations {
            let Some((_, name)) = citation.split_once("::").and_then(|_| citation.rsplit_once("::")) else {
                wrong.push(format!("{}: `{citation}` is not of the form `module::test` or `module::*`", row.at()));
                continue;
            };
            let found = tests.find(row.folder, citation);
            if found.is_empty() {
                let elsewhere = tests.elsewhere(name);
                wrong.push(format!("{}: no test below {} is `{citation}`{elsewhere}", row.at(), row.folder));
            } else if name != "*" && !found.iter().any(|t| t.cites.contains(&row.number)) {
                let (file, number) = (found[0].file.display(), row.number);
                wrong.push(format!("{file}: add `/// I{number}.` to the comment of `{name}`, which {FILE} cites"));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn cited_numbers_are_defined() {
    let defined: BTreeSet<u32> = rows().iter().filter(|r| !r.struck).map(|r| r.number).collect();
    let mut wrong = Vec::new();
    for path in tree() {
        let code = has_extension(&path, "rs");
        if !code && !has_extension(&path, "md") {
            continue;
        }
        let is_list = path == Path::new(FILE);
        for (line, text) in read(&path).lines().enumerate() {
            let prose = if code { text.split_once("//").map_or("", |(_, comment)| comment) } else { text };
            if is_list && (!text.starts_with('|') || text.starts_with("| ~~")) {
                continue;
            }
            for number in cited(prose).difference(&defined) {
                wrong.push(format!("{}:{}: I{number} is not in {FILE}", path.display(), line + 1));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn named_files_exist() {
    let tree = tree();
    let is_path = |s: &&str| {
        (s.contains('/') || s.ends_with(".rs")) && s.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
    };
    let text = read(Path::new(FILE));
    let mut wrong = Vec::new();
    for (line, text) in text.lines().enumerate() {
        for path in quoted(text).filter(is_path).filter(|p| !tree.iter().any(|t| t.ends_with(p))) {
            wrong.push(format!("{FILE}:{}: nothing in the repository is called `{path}`", line + 1));
        }
    }
    assert_none(&wrong);
}
