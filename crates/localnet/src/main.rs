//! `demo`: an exchange on a local validator through the crash of May 2021. `cargo xtask demo` builds and runs it.

use ballast_localnet::story::{self, Process};
use std::process::ExitCode;

fn main() -> ExitCode {
    let told = story::run(|seat| Ok(Box::new(Process::start(seat)?)), &mut std::io::stdout());
    match told {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
