//! The liquidator of the story: whatever only gets to know a seat.

use crate::{Localnet, Trader};
use anyhow::{Context, Result, bail, ensure};
use ballast_client::config::Config;
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};
use tempfile::TempDir;

/// All that a liquidator is told.
pub struct Seat {
    /// JSON-RPC server.
    pub rpc: String,
    /// File with its key, whose margin account is open and funded.
    pub keypair: PathBuf,
    /// The exchange's id.
    pub exchange: u64,
    _folder: TempDir,
}

impl Seat {
    pub(super) fn new(net: &Localnet, config: &Config, trader: &Trader) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let keypair = folder.path().join("liquidator.json");
        solana_keypair::write_keypair_file(&trader.key, &keypair)
            .map_err(|e| anyhow::anyhow!("the liquidator's key could not be written: {e}"))?;
        Ok(Self { rpc: net.rpc_url().to_owned(), keypair, exchange: config.exchange.id, _folder: folder })
    }
}

/// A running liquidator.
pub trait Bot {
    /// Fails if it has ended by itself.
    fn check(&mut self) -> Result<()>;

    /// Stops it, and returns what it said.
    fn stop(&mut self) -> Result<Vec<String>>;
}

/// The `liquidator` program as a process of its own.
pub struct Process {
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts the program in the folder of the running one.
    pub fn start(seat: &Seat) -> Result<Self> {
        let folder = std::env::current_exe()?;
        let program = folder.parent().context("the demo is in no folder")?.join("liquidator");
        Self::start_program(&program, seat)
    }

    /// Starts a program.
    pub fn start_program(program: &Path, seat: &Seat) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["--rpc", &seat.rpc, "--exchange", &seat.exchange.to_string(), "--poll-ms", "150", "--log", "plain"])
            .arg("--keypair")
            .arg(&seat.keypair)
            // Its lines are a part of the story, whatever is set outside.
            .env("RUST_LOG", "warn,ballast_liquidator=info")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("no liquidator at {}: build ballast-liquidator first", program.display()))?;
        let output = child.stdout.take().context("the liquidator has no output")?;
        let said = Arc::<Mutex<Vec<String>>>::default();
        let lines = Arc::clone(&said);
        let reader = thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                lines.lock().unwrap_or_else(|e| e.into_inner()).push(line);
            }
        });
        Ok(Self { child, said, reader: Some(reader) })
    }

    fn said(&self) -> Vec<String> {
        self.said.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }
}

impl Bot for Process {
    fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("the liquidator ended by itself, {status}; it said: {}", self.said().join("; ")),
        }
    }

    fn stop(&mut self) -> Result<Vec<String>> {
        self.check()?;
        // SIGTERM, which the standard library cannot send.
        let sent = Command::new("kill").arg(self.child.id().to_string()).status()?;
        ensure!(sent.success(), "the liquidator could not be told to stop");
        let status = self.child.wait()?;
        ensure!(status.success(), "the liquidator did not end cleanly: {status}");
        if let Some(reader) = self.reader.take() {
            reader.join().ok();
        }
        Ok(self.said())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing to do about a failure: it has ended already, or will with its terminal.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
