use chrono::{DateTime, Utc};

use super::{slips::half, story::Story};
use crate::{
    domain::Code,
    paper::{PREFIX, SignedStatement, Statement, StatementError, VerificationCode, read_public_key},
    service::{Service, ServiceError, scans::limits},
    store::StoreError,
};

/// Why a slip is not what it pretends to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlipFault {
    /// What was given is neither a code nor a statement, or not the issuer's.
    Statement(StatementError),
    /// No slip was issued under the code.
    Unknown,
    /// The ledger no longer has what the slip rests on.
    LedgerDiffers,
}

impl SlipFault {
    /// A stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Statement(StatementError::Code | StatementError::NotAStatement | StatementError::Key) => "unreadable",
            Self::Statement(StatementError::Check) => "check_character",
            Self::Statement(StatementError::Forged) => "signature",
            Self::Statement(StatementError::Version) => "version",
            Self::Unknown => "unknown",
            Self::LedgerDiffers => "ledger_differs",
        }
    }

    /// What it means.
    #[must_use]
    pub fn explanation(self) -> String {
        match self {
            Self::Statement(error) => error.to_string(),
            Self::Unknown => "no control slip was issued here under this code".to_owned(),
            Self::LedgerDiffers => {
                "the slip was issued here, but the ledger no longer has what it rests on: run `conthoi ledger verify`"
                    .to_owned()
            }
        }
    }
}

/// What a slip attests, and what has become of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipCheck {
    /// What it states.
    pub statement: Statement,
    /// Its code.
    pub code: VerificationCode,
    /// Scans of the dossier's things that the ledger has got since.
    pub scans_since: u64,
    /// Handoffs that the ledger tells of now.
    pub handoffs_now: u64,
    /// When it was looked at.
    pub checked_at: DateTime<Utc>,
}

/// Whether a slip is genuine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlipVerdict {
    /// It is.
    Genuine(Box<SlipCheck>),
    /// It is not, or cannot be told.
    NotGenuine {
        /// Why.
        fault: SlipFault,
        /// What it states, where that is signed by this installation.
        statement: Option<Box<Statement>>,
    },
}

impl SlipVerdict {
    fn faulty(fault: SlipFault) -> Self {
        Self::NotGenuine { fault, statement: None }
    }
}

/// Verifies the text of a slip's 2-D code with nothing but the issuer's public key.
///
/// # Errors
/// [`StatementError`] says why it does not verify.
pub fn verify_offline(text: &str, key: &str) -> Result<SignedStatement, StatementError> {
    SignedStatement::verify(text, &read_public_key(key)?)
}

impl Service {
    /// The public key with which the centre's slips are verified.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn slip_public_key(&self) -> Result<[u8; 32], ServiceError> {
        Ok(self.signing_key()?.public)
    }

    /// Whether a slip is genuine, told by its short code or by the text of its 2-D code. Everything but a failing database
    /// is an answer.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn verify_slip(&self, text: &str) -> Result<SlipVerdict, ServiceError> {
        let centre = self.centre()?;
        let key = self.signing_key()?;
        let code = if text.trim_start().starts_with(PREFIX) {
            match SignedStatement::verify(text, &key.public) {
                Ok(signed) => signed.code(),
                Err(error) => return Ok(SlipVerdict::faulty(SlipFault::Statement(error))),
            }
        } else {
            match text.parse::<VerificationCode>() {
                Ok(code) => code,
                Err(error) => return Ok(SlipVerdict::faulty(SlipFault::Statement(error))),
            }
        };
        let Some(slip) = self.store().slip(centre.centre.id, code.as_str())? else {
            return Ok(SlipVerdict::faulty(SlipFault::Unknown));
        };
        let signed = match SignedStatement::verify_bytes(slip.statement, &key.public) {
            Ok(signed) if signed.code() == code => signed,
            Ok(_) => return Ok(SlipVerdict::faulty(SlipFault::Statement(StatementError::Forged))),
            Err(error) => return Ok(SlipVerdict::faulty(SlipFault::Statement(error))),
        };
        let statement = signed.statement;
        let corrupt = |_| StoreError::Corrupt { table: "slips", problem: "a thing's code cannot be read".into() };
        let things: Vec<Code> =
            slip.things.iter().map(|code| code.parse()).collect::<Result<_, _>>().map_err(corrupt)?;
        let then = Story::load(self, &centre, &things, Some(statement.position))?;
        if then.position() != statement.position || half(then.digest()) != statement.entries {
            let statement = Some(Box::new(statement));
            return Ok(SlipVerdict::NotGenuine { fault: SlipFault::LedgerDiffers, statement });
        }
        let things_now = self.things_of_dossier(&centre, &statement.dossier)?;
        let now = Story::load(self, &centre, &things_now, None)?;
        let custodies = now.custodies(&things_now, &limits(&centre, self.now()));
        Ok(SlipVerdict::Genuine(Box::new(SlipCheck {
            code,
            scans_since: now.scans.keys().filter(|position| **position > statement.position).count() as u64,
            handoffs_now: now.handoffs(&custodies).len() as u64,
            checked_at: self.now(),
            statement,
        })))
    }
}
