//! A refusal: the exact error, and not a byte changed (I200).

use ballast_client::BallastError;
use ballast_testkit::{Failed, Svm};
use solana_account::Account;
use solana_address::Address;
use solana_instruction::{Instruction, error::InstructionError};
use solana_keypair::Keypair;
use solana_transaction_error::TransactionError;
use std::fmt;

/// The error that a refused instruction ends with.
#[derive(Clone, PartialEq, Eq)]
pub enum Expected {
    /// One of Ballast's own.
    Ballast(BallastError),
    /// One of Solana's, Anchor's or the token program's.
    Instruction(InstructionError),
}

/// Anchor's code where an account that is to be written is not writable.
pub const NOT_WRITABLE: Expected = Expected::Instruction(InstructionError::Custom(2000));
/// Anchor's code where an account that is to be a program is not executable.
pub const NOT_EXECUTABLE: Expected = Expected::Instruction(InstructionError::Custom(2007));
/// Anchor's code where an account that is to be written was passed in twice.
pub const DUPLICATE: Expected = Expected::Instruction(InstructionError::Custom(2040));
/// Where the account list is too short. Its name in the runtime is deprecated, what the program returns is not.
#[allow(deprecated)]
pub const TOO_FEW_ACCOUNTS: Expected = Expected::Instruction(InstructionError::NotEnoughAccountKeys);
/// The token program's code where the source has too little.
pub const INSUFFICIENT_FUNDS: Expected = Expected::Instruction(InstructionError::Custom(1));
/// The token program's code where two accounts are of different mints.
pub const MINT_MISMATCH: Expected = Expected::Instruction(InstructionError::Custom(3));
/// The token program's code where the authority does not own the source.
pub const OWNER_MISMATCH: Expected = Expected::Instruction(InstructionError::Custom(4));

impl From<BallastError> for Expected {
    fn from(error: BallastError) -> Self {
        Self::Ballast(error)
    }
}

impl From<InstructionError> for Expected {
    fn from(error: InstructionError) -> Self {
        Self::Instruction(error)
    }
}

impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ballast(e) => write!(f, "BallastError::{}", e.name()),
            Self::Instruction(e) => write!(f, "{e:?}"),
        }
    }
}

/// What a transaction failed with, in the same terms.
pub fn outcome(failed: &Failed) -> Expected {
    match (&failed.error, failed.ballast()) {
        (_, Some(error)) => Expected::Ballast(error),
        (TransactionError::InstructionError(_, error), None) => Expected::Instruction(error.clone()),
        (other, None) => panic!("the transaction did not reach the program: {other:?}"),
    }
}

/// Every account of the program, and every vault, mint and user's token account.
pub fn snapshot(svm: &Svm) -> Vec<(Address, Account)> {
    let mut accounts = svm.program_accounts();
    accounts.extend(svm.token_accounts());
    accounts
}

/// Where two snapshots differ first, if they do.
pub fn difference(before: &[(Address, Account)], after: &[(Address, Account)]) -> Option<String> {
    let addresses = |all: &[(Address, Account)]| all.iter().map(|(a, _)| *a).collect::<Vec<_>>();
    if addresses(before) != addresses(after) {
        return Some("accounts appeared or vanished".to_owned());
    }
    before.iter().zip(after).find(|(was, is)| was.1 != is.1).map(|((address, was), (_, is))| {
        let byte = was.data.iter().zip(&is.data).position(|(a, b)| a != b);
        format!("{address} changed: first byte {byte:?}, length {} to {}", was.data.len(), is.data.len())
    })
}

/// Sends a transaction by `call`; says what is wrong unless it is refused with exactly this error and changes nothing.
pub fn try_refused<T: fmt::Debug>(
    svm: &mut Svm,
    call: impl FnOnce(&mut Svm) -> Result<T, Failed>,
    expected: &Expected,
) -> Result<Failed, String> {
    let before = snapshot(svm);
    let failed = match call(svm) {
        Ok(done) => return Err(format!("went through, but {expected:?} was expected: {done:#?}")),
        Err(failed) => failed,
    };
    if let Some(difference) = difference(&before, &snapshot(svm)) {
        return Err(difference);
    }
    match outcome(&failed) {
        error if error == *expected => Ok(failed),
        error => Err(format!("{error:?}, but {expected:?} was expected: {:#?}", failed.log)),
    }
}

/// Sends a transaction that must be refused with exactly this error and change nothing. Returns the refusal, for its log.
#[track_caller]
pub fn assert_refused(
    svm: &mut Svm,
    instructions: &[Instruction],
    signers: &[&Keypair],
    expected: impl Into<Expected>,
) -> Failed {
    refused(svm, |svm| svm.send(instructions, signers), expected)
}

/// As [`assert_refused`], for one of the test kit's own calls.
#[track_caller]
pub fn refused<T: fmt::Debug>(
    svm: &mut Svm,
    call: impl FnOnce(&mut Svm) -> Result<T, Failed>,
    expected: impl Into<Expected>,
) -> Failed {
    match try_refused(svm, call, &expected.into()) {
        Ok(failed) => failed,
        Err(what) => panic!("{what}"),
    }
}

/// The two numbers of the log's line that begins with `what`: "… required 5, available 3", "… needed 5, had 3".
pub fn numbers(failed: &Failed, what: &str) -> (i64, i64) {
    let line = failed.log.iter().find_map(|l| l.strip_prefix("Program log: ")?.strip_prefix(what));
    let line = line.unwrap_or_else(|| panic!("no line '{what}' in {:#?}", failed.log));
    let parsed: Vec<i64> = line
        .split(|c: char| !c.is_ascii_digit() && c != '-')
        .filter(|part| !part.is_empty() && *part != "-")
        .map(|part| part.parse().expect("a number"))
        .collect();
    assert_eq!(parsed.len(), 2, "two numbers in '{line}'");
    (parsed[0], parsed[1])
}
