//! `cargo xtask`: see [`USAGE`].

use std::process::ExitCode;

use anyhow::{Result, bail};
use xtask::toolchain::{self, Route};
use xtask::{dist, idl, program, reproduce, tasks};

const USAGE: &str = "\
cargo xtask COMMAND

  build [PROGRAM...]   build the program into target/deploy/ballast.so
      --registry       with toolchain/, even if cargo-build-sbf is on PATH
      --locked         fail if programs/Cargo.lock would change
      --check-reproducible   build twice in other folders instead; compare with each other and with dist/
  test [ARGS]          build, then run every test; ARGS go to the host side's cargo test
  bench [ARGS]         build, then measure compute units and times; fails above a ceiling
  demo [ARGS]          build, then show the whole system on a local validator
  idl [--check]        write idl/ballast.json from the program's source, or compare
  dist [--check]       rebuild dist/, the committed ELFs, or see whether they are of these sources
  toolchain            install the compiler that build uses without cargo-build-sbf; print its folder

  BALLAST_TOOLCHAIN_DIR   where that compiler lives (default: in the user's cache folder)
  BALLAST_DEB_CACHE       a folder with the Debian packages of toolchain/debian.sha256";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match command(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(args: &[String]) -> Result<()> {
    let (name, rest) = match args.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("help", args),
    };
    match name {
        "build" => build(rest),
        "test" => tasks::test(rest),
        "bench" => tasks::bench(rest),
        "demo" => tasks::demo(rest),
        "idl" => {
            // rustup's proxy sets this for its children, and Anchor's IDL builder would ask rustup to install what it names.
            // SAFETY: no other thread exists yet.
            unsafe { std::env::remove_var("RUSTUP_TOOLCHAIN") };
            if checks(rest)? { idl::check() } else { idl::write() }
        }
        "dist" => {
            if checks(rest)? {
                dist::check()
            } else {
                dist::write()
            }
        }
        "toolchain" => {
            println!("{}", toolchain::ensure()?.display());
            Ok(())
        }
        "help" | "-h" | "--help" => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("no command {other}\n\n{USAGE}"),
    }
}

fn build(args: &[String]) -> Result<()> {
    let mut route = Route::preferred();
    let mut cargo_args = Vec::new();
    let mut packages = Vec::new();
    for arg in args {
        match arg.as_str() {
            "--registry" => route = Route::Registry,
            "--locked" => cargo_args.push(arg.clone()),
            "--check-reproducible" => return reproduce::check(),
            option if option.starts_with('-') => bail!("build has no option {option}\n\n{USAGE}"),
            package => packages.push(package),
        }
    }
    if packages.is_empty() {
        packages.push(program::BALLAST);
    }
    program::build(&packages, route, &cargo_args)
}

fn checks(args: &[String]) -> Result<bool> {
    match args {
        [] => Ok(false),
        [check] if check == "--check" => Ok(true),
        _ => bail!("the only option here is --check"),
    }
}
