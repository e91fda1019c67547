//! What every other test stands on: the ELFs are built from the sources beside them, and the compiler that built them
//! computes what the host computes.

use std::fs;

use anyhow::{Context, Result, ensure};
use litesvm::LiteSVM;
use litesvm::types::TransactionMetadata;
use selftest::ops::{OPERATIONS, Operation};
use solana_address::Address;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;
use xtask::program::{BALLAST, SELFTEST};
use xtask::{deploy, tree};

/// Transactions for each operation; `SELFTEST_ROUNDS` asks for more before a new compiler is trusted.
const ROUNDS: usize = 40;
/// Cases in a transaction: return data ends at 1,024 bytes, the transaction at 1,232.
const LIGHT_CASES: usize = 25;
const HEAVY_CASES: usize = 3;
/// Bytes of the return data for a case: whether there is a result, and the result.
const RESULT: usize = 17;

#[test]
fn elfs_are_built_from_these_sources() -> Result<()> {
    deploy::current(BALLAST)?;
    deploy::current(SELFTEST)?;
    Ok(())
}

#[test]
fn program_id_is_the_same_everywhere() -> Result<()> {
    let read = |path: &str| fs::read_to_string(tree::root().join(path)).with_context(|| path.to_owned());
    let anchor = read("Anchor.toml")?;
    let id = anchor
        .lines()
        .find_map(|line| line.strip_prefix("ballast = ")?.trim().strip_prefix('"')?.strip_suffix('"'))
        .context("Anchor.toml names no ballast")?;
    id.parse::<Address>().ok().context("the id in Anchor.toml is no address")?;
    for path in ["programs/ballast/src/lib.rs", "programs/ballast/src/program.rs", "idl/ballast.json"] {
        ensure!(read(path)?.contains(&format!("\"{id}\"")), "{path} has another program id than Anchor.toml");
    }
    Ok(())
}

#[test]
fn compiler_agrees_with_the_host() -> Result<()> {
    let mut chain = Chain::new()?;
    let mut random = Random(0x1234_5678_9abc_def1);
    let rounds = std::env::var("SELFTEST_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    for (index, operation) in OPERATIONS.iter().enumerate() {
        let (rounds, cases) = if operation.heavy { (rounds * 4, HEAVY_CASES) } else { (rounds, LIGHT_CASES) };
        let mut results = 0;
        for _ in 0..rounds {
            let pairs: Vec<_> = (0..cases).map(|_| (random.integer(), random.integer())).collect();
            let returned = chain.batch(index as u8, &pairs).with_context(|| operation.name)?;
            results += compare(operation, &pairs, &returned)?;
        }
        ensure!(results > rounds * cases / 20, "{}: hardly a case has a result ({results})", operation.name);
    }
    Ok(())
}

#[test]
fn overflow_aborts() -> Result<()> {
    let mut chain = Chain::new()?;
    assert!(chain.call(1, &0i64.to_le_bytes()).is_ok());
    let error = chain.call(1, &5i64.to_le_bytes()).unwrap_err().to_string();
    assert!(error.contains("ProgramFailedToComplete"), "{error}");
    Ok(())
}

#[test]
fn frames_of_3500_bytes_hold() -> Result<()> {
    let returned = Chain::new()?.call(2, &[251])?;
    assert_eq!(padded(returned, 8), (251u64 * 3500).to_le_bytes());
    Ok(())
}

/// Compares one transaction's results with the host's; gives how many cases had one.
fn compare(operation: &Operation, pairs: &[(i128, i128)], returned: &[u8]) -> Result<usize> {
    let mut results = 0;
    for ((a, b), bytes) in pairs.iter().zip(returned.chunks_exact(RESULT)) {
        let value = i128::from_le_bytes(bytes[1..].try_into().expect("16 bytes"));
        let on_chain = (bytes[0] == 1).then_some(value);
        let on_host = (operation.run)(*a, *b);
        ensure!(on_chain == on_host, "{}({a}, {b}): {on_chain:?} on chain, {on_host:?} here", operation.name);
        results += on_host.is_some() as usize;
    }
    Ok(results)
}

/// The self-test program in an SVM.
struct Chain {
    svm: LiteSVM,
    program: Address,
    payer: Keypair,
}

impl Chain {
    fn new() -> Result<Self> {
        let mut svm = LiteSVM::new();
        let program = Address::from_str_const("33333333333333333333333333333333333333333333");
        svm.add_program_from_file(program, deploy::path(SELFTEST)).map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let payer = Keypair::new();
        svm.airdrop(&payer.pubkey(), 1_000_000_000_000).map_err(|error| anyhow::anyhow!("{error:?}"))?;
        Ok(Self { svm, program, payer })
    }

    /// Runs an operation on pairs.
    fn batch(&mut self, operation: u8, pairs: &[(i128, i128)]) -> Result<Vec<u8>> {
        let bytes: Vec<u8> = pairs.iter().flat_map(|(a, b)| [a.to_le_bytes(), b.to_le_bytes()].concat()).collect();
        let mut data = vec![operation];
        data.extend((bytes.len() as u32).to_le_bytes());
        data.extend(bytes);
        Ok(padded(self.call(0, &data)?, RESULT * pairs.len()))
    }

    /// Calls an instruction; gives its return data.
    fn call(&mut self, instruction: u8, arguments: &[u8]) -> Result<Vec<u8>> {
        let data = [&[instruction], arguments].concat();
        let accounts = vec![AccountMeta::new_readonly(self.payer.pubkey(), true)];
        let call = Instruction { program_id: self.program, accounts, data };
        let limit = ComputeBudgetInstruction::set_compute_unit_limit(1_400_000);
        self.svm.expire_blockhash();
        let message = Message::new(&[limit, call], Some(&self.payer.pubkey()));
        let transaction = Transaction::new(&[&self.payer], message, self.svm.latest_blockhash());
        let done: TransactionMetadata = self
            .svm
            .send_transaction(transaction)
            .map_err(|failed| anyhow::anyhow!("{:?}: {:?}", failed.err, failed.meta.logs))?;
        Ok(done.return_data.data)
    }
}

/// Return data loses the zeros at its end.
fn padded(mut data: Vec<u8>, length: usize) -> Vec<u8> {
    data.resize(length, 0);
    data
}

/// Integers of every length and both signs, and those at the limits.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn integer(&mut self) -> i128 {
        let full = ((self.next() as u128) << 64) | self.next() as u128;
        let any_length = (full >> (self.next() % 128)) as i128;
        match self.next() % 12 {
            0 => 0,
            1 => 1,
            2 => -1,
            3 => i128::MIN,
            4 => i128::MAX,
            5 => 1 << (self.next() % 127),
            6 => -(1 << (self.next() % 127)),
            even if even % 2 == 0 => any_length,
            _ => any_length.wrapping_neg(),
        }
    }
}
