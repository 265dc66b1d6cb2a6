use std::{net::IpAddr, path::PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Parser, Subcommand, ValueEnum};

use super::{account_args::Account, solve_args::Solve};

const EXIT_CODES: &str = "\
Exit codes:
  0  done (items that cannot be planned are part of the result, not a failure)
  1  failed: the database, a file, the network port, or a fault of the program
  2  wrong usage: an option, the configuration file, the database URL
  3  the data given cannot be used: a broken row, a day off, a broken map

Configuration: an option, else the environment (CONTHOI_*), else the TOML file (--config, CONTHOI_CONFIG or
./conthoi.toml), else the default. Keys of the file: database, centre, roads, bind, port, log, log_format,
solve_seconds_max, solve_at_once, public_url, webhooks_private, evidence_dir, evidence_bytes_max, oidc_issuer,
  oidc_client_id, oidc_client_secret_file; and the sections [sms], [zalo] and [smtp], by which people are told.

Examples:
  conthoi demo                          one real day of Sóc Trăng, planned, shown and served
  conthoi demo --no-serve --json        the same for a program
  conthoi import && conthoi simulate --from 2019-01-04 --to 2019-06-15 --seed 1
  conthoi plan --date 2019-06-14
  conthoi serve --port 9000";

const DATABASE_HELP: &str =
    "The database: sqlite:PATH or postgres://USER@HOST/DATABASE [default: sqlite:conthoi-data/conthoi.sqlite]";

/// Logistics of a Vietnamese provincial one-stop centre: document runs and home deliveries.
#[derive(Debug, Parser)]
#[command(name = "conthoi", version, after_help = EXIT_CODES)]
pub(super) struct Args {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command understands.
#[derive(Debug, clap::Args)]
pub(super) struct Common {
    /// The configuration file; ./conthoi.toml is read where it exists
    #[arg(long, global = true, env = "CONTHOI_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database's URL
    #[arg(long, help = DATABASE_HELP, global = true, env = "CONTHOI_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// The code of the centre, where the database holds several
    #[arg(long, global = true, env = "CONTHOI_CENTRE", value_name = "CODE")]
    pub centre: Option<String>,
    /// A road network made by `conthoi roads import`; without one travel times are estimates, and labelled so
    #[arg(long, global = true, env = "CONTHOI_ROADS", value_name = "FILE")]
    pub roads: Option<PathBuf>,
    /// The address under which people reach the service, such as `https://conthoi.example.vn`: for links, QR codes and cookies
    #[arg(long, global = true, env = "CONTHOI_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Print the result as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// What is logged, as `warn`, `info`, `debug` or a filter such as conthoi=debug
    #[arg(long, global = true, env = "CONTHOI_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// The form of the log: text or json [default: text]
    #[arg(long, global = true, env = "CONTHOI_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Load Sóc Trăng, make a synthetic season, plan one day, show it, and serve it
    #[command(after_help = "Running it again is quick: what is there already is used.\n\n\
        Examples:\n  conthoi demo\n  conthoi demo --no-serve --date 2019-05-06\n  conthoi demo --fresh --scale 20")]
    Demo(Demo),
    /// Serve the REST API
    #[command(
        after_help = "Beyond loopback addresses it is served once an admin has set a password, best behind a reverse proxy \
        with TLS and with --public-url.\n\n\
        Examples:\n  conthoi serve\n  conthoi serve --port 9000 --database postgres://conthoi@localhost/conthoi"
    )]
    Serve(Listen),
    /// Plan one working day and store the plan
    #[command(
        after_help = "Examples:\n  conthoi plan --date 2019-06-14\n  conthoi plan --date 2019-06-14 --seed 7 --json"
    )]
    Plan(Plan),
    /// Load a centre from a folder of CSV and TOML files
    #[command(after_help = "Every broken row is reported with file, line and column, and nothing is half-loaded.\n\n\
        Examples:\n  conthoi import              the built-in Sóc Trăng\n  conthoi import data/my-centre")]
    Import(Import),
    /// Make a synthetic season of dossiers, items and home deliveries
    #[command(after_help = "Examples:\n  conthoi simulate --from 2019-01-04 --to 2019-06-15 --seed 1\n  \
        conthoi simulate --from 2019-01-04 --to 2019-06-15 --scale 20 --replace")]
    Simulate(Simulate),
    /// Make and inspect road networks
    Roads(Roads),
    /// Prove the ledger of scans
    Ledger(Ledger),
    /// Print labels, manifests, minutes and control slips into files
    #[command(after_help = "Examples:\n  conthoi print label BGH510001234B BGH510001235D --out labels.pdf\n  \
        conthoi print label TUH510000017 --format zpl --out - > /dev/usb/lp0\n  \
        conthoi print manifest --run 019756a0-… --out run.pdf\n  \
        conthoi print slip 000.00.00.H51-190614-0001 --out slip.pdf")]
    Print(Print),
    /// Make reports from what was recorded
    #[command(after_help = "Examples:\n  conthoi report list\n  \
        conthoi report settlement --from 2019-01-04 --to 2019-06-15\n  \
        conthoi report transit_time --quarter 2019-Q2 --by department --format xlsx --out transit.xlsx\n  \
        conthoi report quarterly --quarter 2019-Q1 --out quarter.pdf")]
    Report(Report),
    /// Try other timetables of document runs on a season
    Timetable(Timetable),
    /// Keep the accounts of people and other systems
    Account(Account),
    /// Show working days and days off
    #[command(after_help = "Examples:\n  conthoi calendar 2019\n  conthoi calendar --from 2019-04-29 --to 2019-05-05")]
    Calendar(Calendar),
    /// Solve a routing problem from a file: VROOM's JSON or a benchmark of the field
    #[command(
        after_help = "Ctrl-C ends the search and prints the best so far. The same seed and --iterations give the same \
        answer.\n\n\
        Examples:\n  conthoi solve RC2_2_3.txt --time 60 --threads 2\n  \
        conthoi solve LR1_2_3.txt --objective vehicles-first --json\n  \
        conthoi solve X-n101-k25.vrp --time 30 --best 27591 --gap 0.5\n  \
        conthoi solve problem.json --iterations 20000 --seed 7\n  \
        cat problem.json | conthoi solve - --json"
    )]
    Solve(Solve),
    /// Erase personal data that are older than records are kept
    #[command(
        after_help = "The rule records_retention of rules.csv says how long that is. What the ledger chains is not touched.\n\n\
        Examples:\n  conthoi erase --expired\n  conthoi erase --expired --json"
    )]
    Erase(Erase),
    /// Print the OpenAPI description of the REST API
    Openapi,
}

#[derive(Debug, clap::Args)]
pub(super) struct Listen {
    /// The address to listen on [default: 127.0.0.1]
    #[arg(long, env = "CONTHOI_BIND", value_name = "ADDRESS")]
    pub bind: Option<IpAddr>,
    /// The port to listen on; 0 for any free one [default: 8080]
    #[arg(long, env = "CONTHOI_PORT", value_name = "PORT")]
    pub port: Option<u16>,
    /// The longest that POST /v1/solve may search [default: 60]
    #[arg(long, env = "CONTHOI_SOLVE_SECONDS_MAX", value_name = "SECONDS")]
    pub solve_seconds_max: Option<u32>,
    /// How many problems POST /v1/solve solves at once [default: half the processors]
    #[arg(long, env = "CONTHOI_SOLVE_AT_ONCE", value_name = "N")]
    pub solve_at_once: Option<u32>,
    /// Begin with the clock at this instant and let it run, such as 2019-06-14T07:00:00+07:00: for rehearsals on this machine
    #[arg(long, env = "CONTHOI_CLOCK", value_name = "TIME")]
    pub clock: Option<DateTime<Utc>>,
    /// Let webhooks lead into private networks, over http too
    #[arg(long, env = "CONTHOI_WEBHOOKS_PRIVATE")]
    pub webhooks_private: bool,
    /// The folder for photos and signatures [default: the SQLite file's name with .evidence behind it]
    #[arg(long, env = "CONTHOI_EVIDENCE_DIR", value_name = "FOLDER")]
    pub evidence_dir: Option<PathBuf>,
    /// The most bytes that a photo or signature may have [default: 8388608]
    #[arg(long, env = "CONTHOI_EVIDENCE_BYTES_MAX", value_name = "BYTES")]
    pub evidence_bytes_max: Option<u64>,
    /// The issuer of an `OpenID` Connect provider that may vouch for people who have an account; needs --public-url
    #[arg(long, env = "CONTHOI_OIDC_ISSUER", value_name = "URL")]
    pub oidc_issuer: Option<String>,
    /// As what the provider knows this service
    #[arg(long, env = "CONTHOI_OIDC_CLIENT_ID", value_name = "ID")]
    pub oidc_client_id: Option<String>,
    /// The file with the secret that the provider shares with this service
    #[arg(long, env = "CONTHOI_OIDC_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub oidc_client_secret_file: Option<PathBuf>,
    /// Below which URL the postal operator's system is told of handovers and asked for events
    #[arg(long, env = "CONTHOI_POST_URL", value_name = "URL")]
    pub post_url: Option<String>,
    /// The file with the secret that the operator shares with this service: whsec_ and 24 to 64 bytes in Base64
    #[arg(long, env = "CONTHOI_POST_SECRET_FILE", value_name = "FILE")]
    pub post_secret_file: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// End after printing
    #[arg(long)]
    pub no_serve: bool,
    /// The day to plan
    #[arg(long, default_value = "2019-06-14", value_name = "DATE")]
    pub date: NaiveDate,
    /// How many times the published volume
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub scale: u32,
    /// Make the season and the plan anew
    #[arg(long)]
    pub fresh: bool,
    #[command(flatten)]
    pub listen: Listen,
}

#[derive(Debug, clap::Args)]
pub(super) struct Plan {
    /// The day to plan, as YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub date: NaiveDate,
    /// The same seed gives the same plan
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Import {
    /// The centre's folder; the built-in Sóc Trăng when not given
    pub folder: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<ImportCommand>,
}

#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// Create and replace dossiers from a CSV or JSON file; exit code 3 when a row cannot be accepted
    #[command(
        after_help = "Columns: code, department, procedure, received_at, appointment_at, settled_at; procedure and \
        settled_at may be left out.\n\n\
        Examples:\n  conthoi import dossiers today.csv\n  conthoi import dossiers today.json --atomic --json"
    )]
    Dossiers {
        /// The file; a name that ends in .json holds a list of objects
        file: PathBuf,
        /// Store all rows or, when one cannot be accepted, none
        #[arg(long)]
        atomic: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Simulate {
    /// First day, as YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub from: NaiveDate,
    /// Last day, as YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub to: NaiveDate,
    /// The same seed gives the same season
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many times the published volume
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub scale: u32,
    /// Replace the synthetic season that is there, with its plans
    #[arg(long)]
    pub replace: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Timetable {
    #[command(subcommand)]
    pub command: TimetableCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum TimetableCommand {
    /// Show what timetables come to: punctuality, transit time, kilometres, crew hours, cost
    #[command(after_help = "Examples:\n  conthoi timetable evaluate --from 2019-01-04 --to 2019-06-15\n  \
        conthoi timetable evaluate --from 2019-01-04 --to 2019-06-15 --try 08:00-09:45,13:30-15:15 --couriers 2")]
    Evaluate {
        #[command(flatten)]
        tries: TimetableTry,
    },
    /// Find the cheapest timetable that brings enough items in time
    #[command(after_help = "Example:\n  conthoi timetable suggest --from 2019-01-04 --to 2019-06-15 --on-time 99.5")]
    Suggest {
        #[command(flatten)]
        tries: TimetableTry,
        /// Of the items with a due time so many are to arrive by it, percent
        #[arg(long, value_name = "PERCENT")]
        on_time: f64,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct TimetableTry {
    /// First day of the season, as YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub from: NaiveDate,
    /// Last day, as YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub to: NaiveDate,
    /// A timetable of your own: departures and returns, as 08:00-09:45,13:30-15:15
    #[arg(long = "try", value_name = "RUNS", value_delimiter = ',')]
    pub own: Vec<String>,
    /// Couriers on each run of your own timetable, with a vehicle each [default: 1]
    #[arg(long, value_name = "N")]
    pub couriers: Option<u32>,
    /// Evenly spread timetables are tried with up to so many runs a day
    #[arg(long, value_name = "N", default_value_t = 6)]
    pub runs_max: u32,
    /// And with up to so many couriers on a run [default: as many as now and one more]
    #[arg(long, value_name = "N")]
    pub couriers_max: Option<u32>,
    /// Each run so long, where the hours of the counters allow it [default: as the longest of now]
    #[arg(long, value_name = "MINUTES")]
    pub run_minutes: Option<u32>,
}

/// As what a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportForm {
    /// As JSON.
    Json,
    /// As CSV.
    Csv,
    /// As a spreadsheet.
    Xlsx,
}

#[derive(Debug, clap::Args)]
pub(super) struct Report {
    /// The report, `quarterly` for the law's, or `list` for those there are
    #[arg(value_name = "NAME")]
    pub name: String,
    /// First day, as YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub from: Option<NaiveDate>,
    /// Last day, as YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub to: Option<NaiveDate>,
    /// A quarter in place of first and last day, as 2019-Q2
    #[arg(long, value_name = "QUARTER")]
    pub quarter: Option<String>,
    /// By what it adds up: day, month, quarter, department, commune, courier or leg
    #[arg(long, value_name = "GROUPING")]
    pub by: Option<String>,
    /// As what it is written; a table for people when not given
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<ReportForm>,
    /// The file; standard output when not given
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Roads {
    #[command(subcommand)]
    pub command: RoadsCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum RoadsCommand {
    /// Make a road network of an OpenStreetMap extract (.osm.pbf or .osm)
    #[command(after_help = "Example:\n  conthoi roads import soc-trang.osm.pbf --out conthoi-data/soc-trang.roads")]
    Import {
        /// The extract
        file: PathBuf,
        /// The network file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Show what a road network holds
    #[command(after_help = "Examples:\n  conthoi roads info conthoi-data/soc-trang.roads\n  \
        conthoi roads info --roads conthoi-data/soc-trang.roads")]
    Info {
        /// The network file; the one of --roads when not given
        file: Option<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Erase {
    /// Whatever is older than records are kept
    #[arg(long, required = true)]
    pub expired: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Ledger {
    #[command(subcommand)]
    pub command: LedgerCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum LedgerCommand {
    /// Compare every scan with its hash, every chain and every day's root; exit code 3 when something was changed
    #[command(after_help = "Examples:\n  conthoi ledger verify\n  conthoi ledger verify --json")]
    Verify,
    /// Say whether a control slip is genuine; exit code 3 when it is not
    #[command(
        after_help = "With a code, or with the text of the slip's 2-D code and no key, the database says whether the \
        slip was issued here and whether the ledger has grown since. With --qr and --key no database and no network is \
        needed.\n\nExamples:\n  conthoi ledger verify-slip 7K3M-Q9XD-2R5T-W8YA\n  \
        conthoi ledger verify-slip --qr CONTHOI1:AEBA… --key 3b6a27bc…"
    )]
    VerifySlip {
        /// The verification code printed below the slip's table
        #[arg(required_unless_present = "qr", conflicts_with_all = ["qr", "key"])]
        code: Option<String>,
        /// The text of the slip's 2-D code
        #[arg(long, value_name = "TEXT")]
        qr: Option<String>,
        /// The issuer's public key, as `conthoi ledger public-key` prints it
        #[arg(long, value_name = "KEY", requires = "qr")]
        key: Option<String>,
    },
    /// Print the public key by which control slips are verified
    PublicKey,
}

#[derive(Debug, clap::Args)]
pub(super) struct Print {
    #[command(subcommand)]
    pub command: PrintCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum PrintCommand {
    /// Labels for items, pouches and dossiers
    Label {
        /// The codes
        #[arg(required = true, value_name = "CODE")]
        codes: Vec<String>,
        /// Sheets of 24, single pages of 100 × 50 mm, or for thermal printers
        #[arg(long, value_enum, default_value_t = LabelPaper::A4)]
        format: LabelPaper,
        /// The first free label of the first sheet
        #[arg(long, default_value_t = 1, value_name = "N")]
        start: usize,
        /// The file to write; - for standard output
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// The manifest of a run or a round
    Manifest {
        /// The run's id
        #[arg(long, value_name = "ID", required_unless_present = "round", conflicts_with = "round")]
        run: Option<uuid::Uuid>,
        /// The round's id
        #[arg(long, value_name = "ID")]
        round: Option<uuid::Uuid>,
        /// The file to write; - for standard output
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// The minute of a handover
    Minute {
        /// The id of the scan by which it was given or received
        #[arg(value_name = "SCAN")]
        scan: uuid::Uuid,
        /// The file to write; - for standard output
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// The control slip of a dossier
    Slip {
        /// The dossier's code
        #[arg(value_name = "CODE")]
        dossier: String,
        /// The file to write; - for standard output
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LabelPaper {
    /// A4 sheets of 24
    A4,
    /// 100 × 50 mm pages
    Single,
    /// ZPL II
    Zpl,
}

#[derive(Debug, clap::Args)]
pub(super) struct Calendar {
    /// A whole year
    #[arg(conflicts_with_all = ["from", "to"], value_parser = clap::value_parser!(i32).range(1900..=2200))]
    pub year: Option<i32>,
    /// First day, as YYYY-MM-DD
    #[arg(long, value_name = "DATE", requires = "to")]
    pub from: Option<NaiveDate>,
    /// Last day, as YYYY-MM-DD
    #[arg(long, value_name = "DATE", requires = "from")]
    pub to: Option<NaiveDate>,
}
