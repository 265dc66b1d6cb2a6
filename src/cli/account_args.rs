//! The arguments of `conthoi account`.

use clap::Subcommand;

use crate::domain::{Role, Scope};

#[derive(Debug, clap::Args)]
pub(super) struct Account {
    #[command(subcommand)]
    pub command: AccountCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum AccountCommand {
    /// Add an account; a person gets a link to set a password with, once
    #[command(after_help = "Examples:\n  conthoi account add lan.tran --role dispatcher\n  \
        conthoi account add tnmt.01 --role clerk --site STNMT\n  conthoi account add cp01 --role courier --courier CP01\n  \
        conthoi account add one-stop-system --role integration")]
    Add {
        /// 2 to 64 letters a-z, digits and . _ - @
        name: String,
        /// admin, dispatcher, courier, clerk, supervisor or integration
        #[arg(long)]
        role: Role,
        /// The code of a clerk's office
        #[arg(long, value_name = "CODE", conflicts_with = "courier")]
        site: Option<String>,
        /// The code of the courier that a courier is
        #[arg(long, value_name = "CODE")]
        courier: Option<String>,
        /// The address under which an identity provider may vouch for the person
        #[arg(long)]
        email: Option<String>,
    },
    /// Make a link with which a new password is set, once
    #[command(after_help = "Example:\n  conthoi account reset admin")]
    Reset {
        /// The account's name
        name: String,
    },
    /// List the accounts
    #[command(after_help = "Example:\n  conthoi account list --json")]
    List,
    /// Shut an account: its sessions end and its tokens are revoked
    #[command(after_help = "Example:\n  conthoi account disable lan.tran")]
    Disable {
        /// The account's name
        name: String,
    },
    /// Open an account that was shut
    #[command(after_help = "Example:\n  conthoi account enable lan.tran")]
    Enable {
        /// The account's name
        name: String,
    },
    /// Issue a token for another system and print it, once
    #[command(
        after_help = "Example:\n  conthoi account token one-stop-system --label dossiers --scope dossiers:write \
        --scope events:read"
    )]
    Token {
        /// The name of an account with the role integration
        name: String,
        /// What it is for
        #[arg(long)]
        label: String,
        /// What it allows: centre:read, items:read, items:write, dossiers:write, plans:read, plans:write, scans:write,
        /// custody:read, events:read, epcis:write, paper:print or solve
        #[arg(long = "scope", required = true, value_name = "SCOPE")]
        scopes: Vec<Scope>,
        /// After how many days it expires; when not given, it is good until it is revoked
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: Option<u32>,
    },
}
