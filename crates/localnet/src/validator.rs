//! The validator: start, program, clock, transactions.

use crate::Meter;
use anyhow::{Context, Result, anyhow, ensure};
use ballast_client::{
    ballast,
    rpc::{Failed, Rpc, Sent},
};
use serde_json::{Value, json};
use solana_address::Address;
use solana_client::rpc_request::RpcRequest;
use solana_clock::Clock;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use std::{
    cell::RefCell,
    path::PathBuf,
    thread::sleep,
    time::{Duration, Instant},
};
use surfpool_sdk::{BlockProductionMode, SimnetCommand, Surfnet, cheatcodes::builders::DeployProgram};

/// SOL that the payer starts with, in lamports.
const PAYER_LAMPORTS: u64 = 100_000_000_000_000;
/// How long the clock may take to move.
const CLOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// A local validator with the program.
pub struct Localnet {
    surfnet: Surfnet,
    rpc: Rpc,
    payer: Keypair,
    meter: RefCell<Meter>,
    elf_len: usize,
}

/// Where the program's ELF is: `target/deploy/ballast.so`, or what `BALLAST_PROGRAM_ELF` says.
pub fn elf_path() -> PathBuf {
    match std::env::var_os("BALLAST_PROGRAM_ELF") {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/deploy/ballast.so"),
    }
}

impl Localnet {
    /// Starts a validator without any network, and puts the program on it. It makes a block for each transaction, and
    /// its clock stands still unless it is moved. Not to be called from asynchronous code.
    pub fn start() -> Result<Self> {
        let path = elf_path();
        let elf = std::fs::read(&path)
            .with_context(|| format!("no program at {}: run `cargo xtask build` first", path.display()))?;
        let elf_len = elf.len();
        let payer = Keypair::new();
        let builder = Surfnet::builder()
            .offline(true)
            .block_production_mode(BlockProductionMode::Transaction)
            .airdrop_sol(PAYER_LAMPORTS)
            .payer(payer.insecure_clone());
        // The validator runs on threads of its own; only its start is asynchronous.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let surfnet = runtime.block_on(builder.start())?;
        runtime.shutdown_background();
        // Its profiler runs a transaction once more for each of its instructions. It rests while a runbook is executed.
        surfnet.send_command(SimnetCommand::StartRunbookExecution("ballast-localnet".to_owned()))?;
        surfnet.cheatcodes().deploy(DeployProgram::new(ballast::ID).so_bytes(elf))?;
        let rpc = Rpc::new(surfnet.rpc_url());
        Ok(Self { surfnet, rpc, payer, meter: RefCell::default(), elf_len })
    }

    /// URL of JSON-RPC.
    pub fn rpc_url(&self) -> &str {
        self.surfnet.rpc_url()
    }

    /// URL of the websocket.
    pub fn ws_url(&self) -> &str {
        self.surfnet.ws_url()
    }

    /// A connection to it.
    pub fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// A key with plenty of SOL.
    pub fn payer(&self) -> &Keypair {
        &self.payer
    }

    /// Size of the program's ELF, in bytes.
    pub fn elf_len(&self) -> usize {
        self.elf_len
    }

    /// The compute units of transactions sent by [`Self::send`], and of what was [measured](Self::measure).
    pub fn meter(&self) -> Meter {
        self.meter.borrow().clone()
    }

    /// Signs, sends and confirms a transaction.
    pub fn send(&self, instructions: &[Instruction], payer: &Keypair, signers: &[&Keypair]) -> Result<Sent, Failed> {
        let sent = self.rpc.send(instructions, payer, signers)?;
        self.measure(&sent);
        Ok(sent)
    }

    /// Adds somebody else's transaction to the meter.
    pub fn measure(&self, sent: &Sent) {
        self.meter.borrow_mut().add(sent);
    }

    /// Moves the clock to a time, in seconds. The first move may go back, so that history can be replayed at its own
    /// time; after prices were published only moves forward make sense.
    pub fn set_time(&self, unix_timestamp: i64) -> Result<()> {
        let clock = self.rpc.clock()?;
        // Surfpool's RPC for time travel refuses the past; this command, which it ends in, does not.
        let target = Clock { slot: clock.slot + 2, unix_timestamp, epoch_start_timestamp: unix_timestamp, ..clock };
        self.surfnet.send_command(SimnetCommand::UpdateInternalClock(None, target))?;
        let deadline = Instant::now() + CLOCK_TIMEOUT;
        while self.rpc.now()? != unix_timestamp {
            ensure!(Instant::now() < deadline, "the validator's clock did not move to {unix_timestamp}");
            sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Writes an account, as only the test authority of a local validator can.
    pub fn set_account(&self, address: &Address, owner: &Address, data: &[u8]) -> Result<()> {
        const LAMPORTS: u64 = 10_000_000;
        let hex: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
        let content = json!({ "lamports": LAMPORTS, "data": hex, "owner": owner.to_string() });
        let request = RpcRequest::Custom { method: "surfnet_setAccount" };
        // Surfpool's own helper makes a new connection each time.
        self.rpc.client().send::<Value>(request, json!([address.to_string(), content]))?;
        Ok(())
    }

    /// Stops the validator and frees its ports.
    pub fn stop(mut self) -> Result<()> {
        self.surfnet.stop().map_err(|e| anyhow!("{e}"))
    }
}
