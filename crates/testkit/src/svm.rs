//! The SVM: programs, clock, transactions.

use anyhow::{Context, Result};
use ballast_client::{
    BallastError, TOKEN_2022_PROGRAM, TOKEN_PROGRAM,
    account::{Layout, MarketAccount, decode, encode},
    ballast::state::{MarginAccount, RiskBoard, Treasury},
    config::{Config, Section},
    pda::Exchange,
};
use litesvm::LiteSVM;
use solana_account::Account;
use solana_address::Address;
use solana_clock::Clock;
use solana_instruction::{Instruction, error::InstructionError};
use solana_keypair::Keypair;
use solana_message::{Message, VersionedMessage};
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_error::TransactionError;
use std::{path::PathBuf, sync::OnceLock};

/// The time at which every fixture starts: 17 May 2021, 00:00 UTC.
pub const START: i64 = 1_621_209_600;

/// A transaction that went through.
#[derive(Debug)]
pub struct Sent {
    /// Compute units of the whole transaction.
    pub compute_units: u64,
    /// Its log.
    pub log: Vec<String>,
    /// What its last instruction returned.
    pub return_data: Vec<u8>,
}

/// A transaction that failed.
#[derive(Debug)]
pub struct Failed {
    /// Why.
    pub error: TransactionError,
    /// Its log.
    pub log: Vec<String>,
}

impl Failed {
    /// The custom code it failed with.
    pub fn code(&self) -> Option<u32> {
        match self.error {
            TransactionError::InstructionError(_, InstructionError::Custom(code)) => Some(code),
            _ => None,
        }
    }

    /// The error of Ballast it failed with.
    pub fn ballast(&self) -> Option<BallastError> {
        BallastError::from_code(self.code()?)
    }
}

/// An SVM with an exchange.
pub struct Svm {
    /// The machine.
    pub vm: LiteSVM,
    /// The exchange's addresses.
    pub exchange: Exchange,
    /// What it was made from.
    pub config: Config,
    /// Pays for all transactions.
    pub payer: Keypair,
    /// The exchange's admin.
    pub admin: Keypair,
    /// The risk authority.
    pub risker: Keypair,
    /// The exchange's pause authority.
    pub pauser: Keypair,
    /// Mint of the quote currency.
    pub usdc: Address,
    /// Mint of the collateral token, wrapped SOL.
    pub wsol: Address,
    /// One price account an underlying.
    pub prices: Vec<Address>,
    /// Transactions sent, so that each has a signature of its own.
    sent: u64,
}

/// Where the program's ELF is.
pub fn elf_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/deploy/ballast.so")
}

/// A machine with the program. Loaded once in a process, and copied.
fn with_program() -> Result<LiteSVM> {
    static LOADED: OnceLock<LiteSVM> = OnceLock::new();
    if let Some(vm) = LOADED.get() {
        return Ok(vm.clone());
    }
    let mut vm = LiteSVM::new().with_mainnet_features().with_log_bytes_limit(None).with_sigverify(false);
    let elf = elf_path();
    let bytes = std::fs::read(&elf)
        .with_context(|| format!("no program at {}: run `cargo xtask build` first", elf.display()))?;
    vm.add_program(ballast_client::ballast::ID, &bytes).map_err(|e| anyhow::anyhow!("{e}"))?;
    Ok(LOADED.get_or_init(|| vm).clone())
}

impl Svm {
    /// A machine with the program and nothing of an exchange but its mints.
    pub fn bare() -> Result<Self> {
        let mut config = Config::from_toml(include_str!("../../../migrations/localnet.toml"))?;
        // So that what expires a number of days after the start is at the settlement time.
        config.margin.set("settlement_time", &(START % 86_400).to_string());
        // Nobody borrows but in tests that say so.
        config.interest = None;
        // Prices move as far as a test says. The tests of guards set them.
        config.underlying.iter_mut().for_each(|u| u.guard = Section::default());
        let prices = config.underlying.iter().map(|_| Address::new_unique()).collect();
        let mut svm = Self {
            vm: with_program()?,
            exchange: Exchange::new(config.exchange.id),
            config,
            payer: Keypair::new(),
            admin: Keypair::new(),
            risker: Keypair::new(),
            pauser: Keypair::new(),
            usdc: Address::new_unique(),
            wsol: Address::new_unique(),
            prices,
            sent: 0,
        };
        svm.set_time(START);
        for who in [svm.payer.pubkey(), svm.admin.pubkey()] {
            svm.fund(&who);
        }
        svm.create_mint(svm.usdc, 6);
        svm.create_mint(svm.wsol, 9);
        Ok(svm)
    }

    /// Gives an address SOL for fees and rent.
    pub fn fund(&mut self, who: &Address) {
        self.set_account(*who, Account { lamports: 1_000_000_000_000, ..Account::default() });
    }

    /// Writes an account, as only the test authority of a local validator can.
    pub fn set_account(&mut self, address: Address, account: Account) {
        self.vm.set_account(address, account).expect("the account is valid");
    }

    /// Moves the clock to a time, in seconds.
    pub fn set_time(&mut self, unix_timestamp: i64) {
        let mut clock: Clock = self.vm.get_sysvar();
        clock.unix_timestamp = unix_timestamp;
        clock.slot += 1;
        self.vm.set_sysvar(&clock);
    }

    /// Moves the clock forward.
    pub fn advance(&mut self, seconds: i64) {
        let now = self.now();
        self.set_time(now + seconds);
    }

    /// The time of the clock, in seconds.
    pub fn now(&self) -> i64 {
        self.vm.get_sysvar::<Clock>().unix_timestamp
    }

    /// Sends a transaction, the payer signing with the others.
    pub fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Sent, Failed> {
        let message = self.message(instructions);
        let transaction = self.sign(message, signers);
        match self.vm.send_transaction(transaction) {
            Ok(meta) => Ok(Sent {
                compute_units: meta.compute_units_consumed,
                log: meta.logs,
                return_data: meta.return_data.data,
            }),
            Err(failed) => Err(Failed { error: failed.err, log: failed.meta.logs }),
        }
    }

    /// Simulates a transaction: nothing changes.
    pub fn simulate(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Sent, Failed> {
        let message = self.message(instructions);
        self.simulate_message(message, signers)
    }

    /// As [`Svm::simulate`], of a message of any version.
    pub(crate) fn simulate_message(&mut self, message: VersionedMessage, signers: &[&Keypair]) -> Result<Sent, Failed> {
        let transaction = self.sign(message, signers);
        match self.vm.simulate_transaction(transaction) {
            Ok(info) => Ok(Sent {
                compute_units: info.meta.compute_units_consumed,
                log: info.meta.logs,
                return_data: info.meta.return_data.data,
            }),
            Err(failed) => Err(Failed { error: failed.err, log: failed.meta.logs }),
        }
    }

    /// A message of the payer with all compute units.
    fn message(&self, instructions: &[Instruction]) -> VersionedMessage {
        let mut all = vec![compute_unit_limit(1_400_000)];
        all.extend_from_slice(instructions);
        let (payer, blockhash) = (self.payer.pubkey(), self.vm.latest_blockhash());
        VersionedMessage::Legacy(Message::new_with_blockhash(&all, Some(&payer), &blockhash))
    }

    /// A transaction of the payer and the signers. Panics if it wants others to sign.
    ///
    /// Its signatures are numbers: what an instruction sees is who signed, and in a debug build true signatures would take
    /// nine tenths of the time of every test.
    fn sign(&mut self, message: VersionedMessage, signers: &[&Keypair]) -> VersionedTransaction {
        let signing = &message.static_account_keys()[..usize::from(message.header().num_required_signatures)];
        for key in signing {
            let signs = *key == self.payer.pubkey() || signers.iter().any(|s| s.pubkey() == *key);
            assert!(signs, "{key} must sign and does not");
        }
        self.sent += 1;
        let signature = |place: usize| {
            let mut bytes = [place as u8; 64];
            bytes[..8].copy_from_slice(&self.sent.to_le_bytes());
            bytes.into()
        };
        VersionedTransaction { signatures: (0..signing.len()).map(signature).collect(), message }
    }

    /// The raw account at an address.
    pub fn account(&self, address: &Address) -> Option<Account> {
        self.vm.get_account(address).filter(|a| a.lamports > 0)
    }

    /// An account of the program, decoded.
    pub fn decode<T: Layout>(&self, address: &Address) -> Box<T> {
        decode(&self.account(address).expect("the account exists").data).expect("the account decodes")
    }

    /// Changes an account of the program, as no instruction would.
    pub fn modify<T: Layout>(&mut self, address: &Address, change: impl FnOnce(&mut T)) {
        let mut value = self.decode::<T>(address);
        change(&mut value);
        let mut account = self.account(address).expect("the account exists");
        encode(value.as_ref(), &mut account.data).expect("the account is as long as it was");
        self.set_account(*address, account);
    }

    /// The risk board.
    pub fn board(&self) -> Box<RiskBoard> {
        self.decode(&self.exchange.board)
    }

    /// The treasury.
    pub fn treasury(&self) -> Box<Treasury> {
        self.decode(&self.exchange.treasury)
    }

    /// A margin account.
    pub fn margin(&self, address: &Address) -> Box<MarginAccount> {
        self.decode(address)
    }

    /// A market with its book.
    pub fn market(&self, instrument: u16) -> MarketAccount {
        let account = self.account(&self.exchange.market(instrument)).expect("the market exists");
        MarketAccount::decode(&account.data).expect("the market decodes")
    }

    /// Every account that the program owns, for comparing states byte by byte.
    pub fn program_accounts(&self) -> Vec<(Address, Account)> {
        self.accounts_of(&ballast_client::ballast::ID)
    }

    /// Every mint and token account, of both token programs.
    pub fn token_accounts(&self) -> Vec<(Address, Account)> {
        let mut accounts = self.accounts_of(&TOKEN_PROGRAM);
        accounts.extend(self.accounts_of(&TOKEN_2022_PROGRAM));
        accounts
    }

    fn accounts_of(&self, owner: &Address) -> Vec<(Address, Account)> {
        let mut accounts = self.vm.get_program_accounts(owner);
        accounts.sort_by_key(|(address, _)| *address);
        accounts
    }
}

/// An instruction that raises the transaction's compute limit.
pub(crate) fn compute_unit_limit(units: u32) -> Instruction {
    let mut data = vec![2];
    data.extend(units.to_le_bytes());
    let program_id = solana_address::address!("ComputeBudget111111111111111111111111111111");
    Instruction { program_id, accounts: Vec::new(), data }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.error)?;
        self.log.iter().try_for_each(|line| write!(f, "\n    {line}"))
    }
}

impl std::error::Error for Failed {}
