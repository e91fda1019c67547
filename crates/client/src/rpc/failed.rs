//! Why a transaction did not go through, in words.

use ballast::error::BallastError;
use solana_client::{
    client_error::{ClientError, ClientErrorKind},
    rpc_request::{RpcError, RpcResponseErrorData},
};
use solana_instruction::error::InstructionError;
use solana_transaction_error::TransactionError;
use std::fmt;

/// A transaction that did not go through.
#[derive(Debug)]
pub struct Failed {
    /// Why, if the chain refused it.
    pub error: Option<TransactionError>,
    /// Its log, as far as it came.
    pub log: Vec<String>,
    /// Why, if it never came to that.
    reason: String,
}

impl Failed {
    /// Refused by the chain.
    pub(super) fn refused(error: TransactionError, log: Vec<String>) -> Self {
        Self { reason: error.to_string(), error: Some(error), log }
    }

    /// Not known to have been executed.
    pub(super) fn lost(reason: String) -> Self {
        Self { error: None, log: Vec::new(), reason }
    }

    /// The custom code that it failed with. Any program's: of Ballast's own see [`Self::ballast`].
    pub fn code(&self) -> Option<u32> {
        match self.error.as_ref()? {
            TransactionError::InstructionError(_, InstructionError::Custom(code)) => Some(*code),
            _ => None,
        }
    }

    /// The error of Ballast that it failed with.
    pub fn ballast(&self) -> Option<BallastError> {
        let program = ballast::ID.to_string();
        let ours = self.log.iter().rev().find(|l| l.contains(" failed: ")).is_some_and(|l| l.contains(&program));
        BallastError::from_code(self.code()?).filter(|_| ours)
    }

    /// What the program wrote about it: the numbers that were needed and had.
    pub fn numbers(&self) -> Option<&str> {
        self.log.iter().rev().find_map(|l| l.strip_prefix("Program log: "))
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(error) = self.ballast() else { return f.write_str(&self.reason) };
        write!(f, "{} ({}): {}", error.name(), error.code(), error.message())?;
        match self.numbers() {
            Some(numbers) => write!(f, " [{numbers}]"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failed {}

impl From<ClientError> for Failed {
    fn from(error: ClientError) -> Self {
        let reason = error.to_string();
        let refused = error.get_transaction_error();
        let log = match *error.kind {
            ClientErrorKind::RpcError(RpcError::RpcResponseError {
                data: RpcResponseErrorData::SendTransactionPreflightFailure(preflight),
                ..
            }) => preflight.logs.unwrap_or_default(),
            _ => Vec::new(),
        };
        match refused {
            Some(error) => Self::refused(error, log),
            None => Self::lost(reason),
        }
    }
}
