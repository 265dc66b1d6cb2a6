use crate::{
    planner::formats::{FormatError, vroom::VroomError},
    service::ServiceError,
};

/// Why a routing problem is not solved.
#[derive(Debug, thiserror::Error)]
pub enum SolveError {
    /// A problem file that is not as its format has it.
    #[error("{0}")]
    Format(#[from] FormatError),
    /// Options of solving that do not go together.
    #[error("{0}")]
    Option(&'static str),
    /// A member of VROOM's input that cannot be accepted.
    #[error("{0}")]
    Vroom(#[from] VroomError),
    /// A problem that is too large to be solved here.
    #[error("the input has {count} {what}, and at most {limit} are solved here; split it, or use `conthoi solve`")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much.
        count: usize,
        /// How much is accepted.
        limit: usize,
    },
    /// As many problems are being solved as may be at once.
    #[error("{at_once} problems are being solved, which is the most at once; ask again in {seconds} s")]
    Busy {
        /// How many.
        at_once: usize,
        /// When it is worth asking again.
        seconds: u64,
    },
    /// The threads of a search cannot be had.
    #[error("{threads} threads cannot be started: {problem}; ask for fewer")]
    Threads {
        /// How many.
        threads: usize,
        /// What the system says.
        problem: String,
    },
    /// An answer that breaks a rule of its problem.
    #[error("the checker refuses the answer ({first}; {count} violations in all): this is a fault of the program")]
    CheckerRefused {
        /// The first violation.
        first: String,
        /// How many there are.
        count: usize,
    },
}

impl From<FormatError> for ServiceError {
    fn from(error: FormatError) -> Self {
        Self::Solve(error.into())
    }
}

impl From<VroomError> for ServiceError {
    fn from(error: VroomError) -> Self {
        Self::Solve(error.into())
    }
}
