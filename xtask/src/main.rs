//! `cargo xtask`: the command line.

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::process::ExitCode;
use xtask::program::BALLAST;
use xtask::toolchain::{self, Route};
use xtask::{dist, idl, program, reproduce, tasks};

const ENVIRONMENT: &str = "\
Environment:
  BALLAST_TOOLCHAIN_DIR  Where the compiler lives that `build` uses without cargo-build-sbf [default: in the user's cache folder]
  BALLAST_DEB_CACHE      A folder with the Debian packages of toolchain/debian.sha256";

/// Builds, tests and measures Ballast.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", after_help = ENVIRONMENT)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the program into target/deploy/ballast.so
    Build(Build),
    /// Build, then run every test
    Test(Test),
    /// Build, then measure compute units and times; fails above a ceiling
    Bench {
        /// Arguments of the benchmarks: --check, --no-native
        #[arg(allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Build, then show the whole system on a local validator
    Demo,
    /// Write idl/ballast.json from the program's source
    Idl {
        /// Compare with the committed file instead
        #[arg(long)]
        check: bool,
    },
    /// Rebuild dist/, the committed ELFs
    Dist {
        /// See whether they are of these sources instead
        #[arg(long)]
        check: bool,
    },
    /// Install the compiler that `build` uses without cargo-build-sbf, and print its folder
    Toolchain,
}

#[derive(Args, Debug)]
struct Build {
    /// Programs to build
    #[arg(default_value = BALLAST)]
    programs: Vec<String>,
    /// Build with toolchain/, even if cargo-build-sbf is on PATH
    #[arg(long)]
    registry: bool,
    /// Fail if programs/Cargo.lock would change
    #[arg(long)]
    locked: bool,
    /// Build twice in other folders instead; compare with each other and with dist/
    #[arg(long, conflicts_with_all = ["programs", "registry", "locked"])]
    check_reproducible: bool,
}

#[derive(Args, Debug)]
struct Test {
    /// Arguments of `cargo test` on the host side
    #[arg(allow_hyphen_values = true)]
    args: Vec<String>,
    /// Arguments of the test programs
    #[arg(last = true)]
    harness: Vec<String>,
}

impl Test {
    /// What follows `cargo test`. The parser has taken the dashes between both kinds away.
    fn words(mut self) -> Vec<String> {
        if !self.harness.is_empty() {
            self.args.push("--".to_owned());
            self.args.append(&mut self.harness);
        }
        self.args
    }
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Build(build) if build.check_reproducible => reproduce::check(),
        Command::Build(build) => {
            let programs: Vec<&str> = build.programs.iter().map(String::as_str).collect();
            let route = if build.registry { Route::Registry } else { Route::preferred() };
            let cargo_args = if build.locked { vec!["--locked".to_owned()] } else { Vec::new() };
            program::build(&programs, route, &cargo_args)
        }
        Command::Test(test) => tasks::test(&test.words()),
        Command::Bench { args } => tasks::bench(&args),
        Command::Demo => tasks::demo(),
        Command::Idl { check } => {
            // rustup's proxy sets this for its children, and Anchor's IDL builder would ask rustup to install what it names.
            // SAFETY: no other thread exists yet.
            unsafe { std::env::remove_var("RUSTUP_TOOLCHAIN") };
            if check { idl::check() } else { idl::write() }
        }
        Command::Dist { check: true } => dist::check(),
        Command::Dist { check: false } => dist::write(),
        Command::Toolchain => {
            println!("{}", toolchain::ensure()?.display());
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        Cli::try_parse_from(["xtask"].into_iter().chain(line.split_whitespace())).map(|cli| cli.command)
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn build_takes_programs_and_options() {
        let Command::Build(build) = parse("build").unwrap() else { panic!() };
        assert_eq!((build.programs, build.registry, build.locked), (vec![BALLAST.to_owned()], false, false));
        let Command::Build(build) = parse("build --registry selftest --locked").unwrap() else { panic!() };
        assert_eq!((build.programs, build.registry, build.locked), (vec!["selftest".to_owned()], true, true));
        assert!(matches!(parse("build --check-reproducible"), Ok(Command::Build(b)) if b.check_reproducible));
        assert_eq!(parse("build --check-reproducible --locked").unwrap_err().kind(), ErrorKind::ArgumentConflict);
        assert_eq!(parse("build --fast").unwrap_err().kind(), ErrorKind::UnknownArgument);
    }

    #[test]
    fn what_follows_test_and_bench_is_passed_on_as_it_is() {
        for words in ["", "--test svm", "--test svm smoke -- --nocapture", "-- --nocapture", "-p x -- --exact a b"] {
            let Command::Test(test) = parse(&format!("test {words}")).unwrap() else { panic!() };
            assert_eq!(test.words().join(" "), words);
        }
        assert!(
            matches!(parse("bench --check --no-native"), Ok(Command::Bench { args }) if args == ["--check", "--no-native"])
        );
    }
}
