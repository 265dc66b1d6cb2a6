use chrono::NaiveDate;

/// Why a value cannot exist in this domain. Each message names the value, its problem and what is expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DomainError {
    /// Latitude and longitude in the wrong order.
    #[error("latitude {lat} and longitude {lon} look swapped: latitude comes first and lies between -90 and 90")]
    SwappedPosition {
        /// The latitude as given.
        lat: String,
        /// The longitude as given.
        lon: String,
    },
    /// A coordinate that is not on Earth.
    #[error("position {lat}, {lon} is not on Earth: latitude runs from -90 to 90, longitude from -180 to 180")]
    PositionOutOfRange {
        /// The latitude as given.
        lat: String,
        /// The longitude as given.
        lon: String,
    },
    /// A date outside the years the calendar knows.
    #[error("{date} is outside the calendar, which knows {from} to {to}: import a calendar that covers it")]
    OutsideCalendar {
        /// The date asked about.
        date: NaiveDate,
        /// First day known.
        from: NaiveDate,
        /// Last day known.
        to: NaiveDate,
    },
    /// Two special rows for one date, or a date outside the covered range.
    #[error("calendar day {date}: {problem}")]
    CalendarDay {
        /// The date of the row.
        date: NaiveDate,
        /// What is wrong with it.
        problem: String,
    },
    /// A window that ends before it begins.
    #[error("the window {from}–{to} is empty: it must end after it begins")]
    EmptyWindow {
        /// Its beginning.
        from: String,
        /// Its end.
        to: String,
    },
    /// Opening hours that overlap.
    #[error("opening hours {first} and {second} overlap on {weekday}")]
    OverlappingHours {
        /// The earlier row.
        first: String,
        /// The later row.
        second: String,
        /// A weekday on which both apply.
        weekday: String,
    },
    /// A text that is not the code it should be.
    #[error("{what} {text:?} is not valid: {problem}")]
    Code {
        /// Which code was expected.
        what: &'static str,
        /// The text as given.
        text: String,
        /// What is wrong and what is expected.
        problem: String,
    },
    /// A word that is not one of an enumeration's.
    #[error("{text:?} is not a {what}: expected one of {expected}")]
    UnknownWord {
        /// What was expected.
        what: &'static str,
        /// The text as given.
        text: String,
        /// The accepted words.
        expected: String,
    },
    /// A period that ends before it begins.
    #[error("the period from {from} to {to} is empty: it must not end before it begins")]
    EmptyPeriod {
        /// Its first day.
        from: NaiveDate,
        /// Its last day.
        to: NaiveDate,
    },
    /// A rule without a row in force.
    #[error("no row of rules.csv gives {name:?} on {date}: add one whose effective dates include that day")]
    MissingRule {
        /// The rule's name.
        name: String,
        /// The day it was needed for.
        date: NaiveDate,
    },
    /// A rule's row that cannot be read as that rule.
    #[error("rule {name:?} has the value {value:?}: {problem}")]
    BadRule {
        /// The rule's name.
        name: String,
        /// The value as given.
        value: String,
        /// What is wrong and what is expected.
        problem: String,
    },
    /// An item that is due before it can leave.
    #[error("item {code} is due at {due_at} but ready only at {ready_at}: due must come after ready")]
    DueBeforeReady {
        /// The item's code.
        code: String,
        /// When it is due.
        due_at: String,
        /// When it is ready.
        ready_at: String,
    },
    /// An item that goes nowhere.
    #[error("item {code} goes from a site to the same site: choose another destination")]
    SameEnds {
        /// The item's code.
        code: String,
    },
    /// A timetable row that contradicts itself.
    #[error("run {run}: {problem}")]
    Timetable {
        /// The run's code.
        run: String,
        /// What is wrong.
        problem: String,
    },
}
