use std::collections::{BTreeSet, HashSet};

use chrono::{Days, NaiveDate};

use super::{
    folder::Folder,
    problem::{Checked, Problems},
    sheet::{Entry, Sheet, refuse_overlaps, values},
};
use crate::domain::{Rule, RuleUnit, Rules};

pub(super) const RULES: &str = "rules.csv";

/// The rules without which no day can be planned, and the units that they are read in.
const NEEDED: [(&str, RuleUnit); 12] = [
    ("cut_off_time", RuleUnit::TimeOfDay),
    ("paper_to_department", RuleUnit::WorkingDay),
    ("home_delivery_same_district", RuleUnit::WorkingDay),
    ("home_delivery_within_province", RuleUnit::WorkingDay),
    ("joint_count_base", RuleUnit::Second),
    ("joint_count_per_item", RuleUnit::Second),
    ("home_stop_base", RuleUnit::Second),
    ("home_stop_per_item", RuleUnit::Second),
    ("loading_lead_time", RuleUnit::Second),
    ("unloading_time", RuleUnit::Second),
    ("transit_cost_per_item_hour", RuleUnit::Dong),
    ("late_cost_per_item_hour", RuleUnit::Dong),
];

/// Reads the rules; those that planning needs must be in force on every day of `range`.
pub(super) fn rules(
    folder: &Folder,
    range: Checked<(NaiveDate, NaiveDate)>,
    problems: &mut Problems,
) -> Checked<Rules> {
    const COLUMNS: &[&str] = &["rule", "value", "unit", "effective_from", "effective_to", "status", "source"];
    let sheet = Sheet::read(folder, RULES, COLUMNS, problems)?;
    let mut entries = sheet.rows(problems, |row| {
        let name = row.code("rule");
        let value = row.text("value");
        let unit = row.word::<RuleUnit>("unit").and_then(|unit| {
            let needed = name.as_ref().ok().and_then(|name| NEEDED.iter().find(|(needed, _)| needed == name));
            match needed {
                Some((_, expected)) if *expected != unit => {
                    row.wrong("unit", format!("\"{unit}\" is not the unit of this rule: expected {expected}"))
                }
                _ => Ok(unit),
            }
        });
        let effective = row.effective();
        let status = row.certainty("status");
        let source = row.text("source");
        let rule =
            Rule { name: name?, value: value?, unit: unit?, effective: effective?, status: status?, source: source? };
        match Rules::new(vec![rule.clone()]) {
            Ok(_) => Ok(rule),
            Err(error) => row.wrong("value", error.to_string()),
        }
    });
    refuse_overlaps(RULES, "rule", &mut entries, |rule| (rule.name.clone(), rule.effective), problems);
    if let Ok(range) = range {
        check_gaps(&entries, &sheet.broken("rule", &entries), range, problems);
    }
    Rules::new(values(entries)).map_err(|error| problems.in_file(RULES, error.to_string()))
}

/// Records, for each needed rule, the first day of `range` on which it has no row.
fn check_gaps(
    entries: &[Entry<Rule>],
    broken: &HashSet<String>,
    (first, last): (NaiveDate, NaiveDate),
    problems: &mut Problems,
) {
    for (name, _) in NEEDED {
        let rows: Vec<&Rule> = entries.iter().map(|entry| &entry.value).filter(|rule| rule.name == name).collect();
        // A rule of which a row is broken has its problem already.
        if broken.contains(name) {
            continue;
        }
        // A gap can begin only with the range or on the day after some row ends.
        let ends = rows.iter().filter_map(|rule| rule.effective.to?.checked_add_days(Days::new(1)));
        let days: BTreeSet<NaiveDate> = ends.chain([first]).filter(|day| (first..=last).contains(day)).collect();
        if let Some(day) = days.into_iter().find(|day| !rows.iter().any(|rule| rule.effective.contains(*day))) {
            let reason = format!("there is no row for {name} on {day}: it is needed from {first} to {last}");
            problems.in_file(RULES, reason);
        }
    }
}
