use std::collections::HashSet;

use super::{
    folder::Folder,
    keys::{Document, Keys, Part},
    problem::{Checked, Problems, quoted},
};
use crate::domain::{
    AppointmentDays, ArrivalSpan, Arrivals, HomeDeliveryShares, ItemShapes, ItemsPerDossier, LocalWindow, MonthWeights,
    SeasonProfile, Settlement, WeekdayWeights,
};

const SEASON: &str = "season.toml";

const WORKING_DAYS_MAX: u32 = 365;
const ITEMS_MAX: u32 = 100;
const GRAMS_MAX: u32 = 100_000;
const PERCENT_MAX: u32 = 100_000;

/// Reads `season.toml`; a centre without one has no synthetic seasons. `districts` is `None` when the communes could not
/// be read.
pub(super) fn read(
    folder: &Folder,
    districts: Option<&HashSet<String>>,
    problems: &mut Problems,
) -> Checked<Option<SeasonProfile>> {
    if folder.bytes(SEASON).is_none() {
        return Ok(None);
    }
    let document = Document::read(folder, SEASON, problems)?;
    let root = document.open(problems)?;
    let mut keys = document.root(&root, problems);
    let status = keys.certainty("status");
    let parts = (keys.table("arrivals"), keys.table("settlement"), keys.table("items"), keys.table("home_delivery"));
    keys.finish();
    let arrivals = parts.0.and_then(|part| read_arrivals(&document, part, problems));
    let settlement = parts.1.and_then(|part| read_settlement(&document, part, problems));
    let items = parts.2.and_then(|part| read_items(&document, part, problems));
    let home_delivery =
        parts.3.and_then(|part| read_home_delivery(document.keys("home_delivery", part, problems), districts));
    Ok(Some(SeasonProfile {
        status: status?,
        arrivals: arrivals?,
        settlement: settlement?,
        items: items?,
        home_delivery: home_delivery?,
    }))
}

/// Every element of a list of tables, read by `read`; a list of weights that are all zero is refused under `key`.
fn read_list<T>(
    document: &Document,
    (name, key): (&'static str, &'static str),
    parts: Vec<Part>,
    problems: &mut Problems,
    read: impl Fn(&mut Keys) -> Checked<(T, u32)>,
) -> Checked<Vec<T>> {
    let first = parts.first().copied();
    let rows: Vec<Checked<(T, u32)>> = parts
        .into_iter()
        .map(|part| {
            let mut keys = document.keys(name, part, problems);
            let row = read(&mut keys);
            keys.finish();
            row
        })
        .collect();
    let rows = rows.into_iter().collect::<Checked<Vec<_>>>()?;
    match first {
        Some(part) if rows.iter().all(|(_, weight)| *weight == 0) => {
            document.keys(name, part, problems).wrong(key, "every weight is 0: at least one must not be")
        }
        _ => Ok(rows.into_iter().map(|(row, _)| row).collect()),
    }
}

fn read_arrivals(document: &Document, part: Part, problems: &mut Problems) -> Checked<Arrivals> {
    let mut keys = document.keys("arrivals", part, problems);
    let (weekdays, months, spans) = (keys.table("weekday_weight"), keys.table("month_weight"), keys.tables("span"));
    keys.finish();
    let weekday_weight = weekdays.and_then(|part| {
        let mut keys = document.keys("arrivals.weekday_weight", part, problems);
        let [mon, tue, wed, thu, fri, sat] = some_weight(&mut keys, ["mon", "tue", "wed", "thu", "fri", "sat"])?;
        Ok(WeekdayWeights { mon, tue, wed, thu, fri, sat })
    });
    let month_weight = months.and_then(|part| {
        let mut keys = document.keys("arrivals.month_weight", part, problems);
        let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        let [jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec] = some_weight(&mut keys, names)?;
        Ok(MonthWeights { jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec })
    });
    let span = spans.and_then(|parts| {
        read_list(document, ("arrivals.span", "weight"), parts, problems, |keys| {
            let (from, to, weight) = (keys.time("from"), keys.time("to"), keys.weight("weight"));
            let window = LocalWindow::new(from?, to?).or_else(|error| keys.wrong("to", error.to_string()));
            let weight = weight?;
            Ok((ArrivalSpan { window: window?, weight }, weight))
        })
    });
    Ok(Arrivals { weekday_weight: weekday_weight?, month_weight: month_weight?, span: span? })
}

/// The weights under `names`, which are all the table's keys; one must not be zero.
fn some_weight<const COUNT: usize>(keys: &mut Keys, names: [&'static str; COUNT]) -> Checked<[u32; COUNT]> {
    let weights = names.map(|name| keys.weight(name));
    keys.refuse_others();
    if weights.iter().all(|weight| *weight == Ok(0)) {
        return keys.wrong(names[0], "every weight is 0: at least one must not be");
    }
    let mut read = [0; COUNT];
    for (read, weight) in read.iter_mut().zip(weights) {
        *read = weight?;
    }
    Ok(read)
}

fn read_settlement(document: &Document, part: Part, problems: &mut Problems) -> Checked<Settlement> {
    let mut keys = document.keys("settlement", part, problems);
    let lists = (keys.tables("appointment"), keys.tables("early"), keys.tables("late"));
    keys.finish();
    let mut read = |name, list: Checked<Vec<Part>>| {
        list.and_then(|parts| {
            read_list(document, (name, "weight"), parts, problems, |keys| {
                let working_days = keys.number("working_days", WORKING_DAYS_MAX);
                let weight = keys.weight("weight")?;
                Ok((AppointmentDays { working_days: working_days?, weight }, weight))
            })
        })
    };
    let appointment = read("settlement.appointment", lists.0);
    let early = read("settlement.early", lists.1);
    let late = read("settlement.late", lists.2);
    Ok(Settlement { appointment: appointment?, early: early?, late: late? })
}

fn read_items(document: &Document, part: Part, problems: &mut Problems) -> Checked<ItemShapes> {
    let mut keys = document.keys("items", part, problems);
    let per_dossier = keys.tables("per_dossier");
    let weight_g_min = keys.number("weight_g_min", GRAMS_MAX);
    let weight_g_max = keys.number("weight_g_max", GRAMS_MAX).and_then(|max| match weight_g_min {
        Ok(min) if max < min => keys.wrong("weight_g_max", format!("{max} is less than weight_g_min, {min}")),
        _ => Ok(max),
    });
    let second_department_permille = keys.number("second_department_permille", 1000);
    keys.finish();
    let per_dossier = per_dossier.and_then(|parts| {
        read_list(document, ("items.per_dossier", "weight"), parts, problems, |keys| {
            let items = keys.number("items", ITEMS_MAX).and_then(|items| match items {
                0 => keys.wrong("items", "a dossier is at least 1 item"),
                _ => Ok(items),
            });
            let weight = keys.weight("weight")?;
            Ok((ItemsPerDossier { items: items?, weight }, weight))
        })
    });
    Ok(ItemShapes {
        per_dossier: per_dossier?,
        weight_g_min: weight_g_min?,
        weight_g_max: weight_g_max?,
        second_department_permille: second_department_permille?,
    })
}

fn read_home_delivery(mut keys: Keys, districts: Option<&HashSet<String>>) -> Checked<HomeDeliveryShares> {
    let city_district_code = keys.text("city_district_code").and_then(|code| {
        if districts.is_none_or(|known| known.contains(&code)) {
            Ok(code)
        } else {
            keys.wrong("city_district_code", format!("{} is not a district of communes.csv", quoted(&code)))
        }
    });
    let city_factor_percent = keys.number("city_factor_percent", PERCENT_MAX);
    let halves = [keys.weight("morning_weight"), keys.weight("afternoon_weight")];
    if halves == [Ok(0); 2] {
        return keys.wrong("morning_weight", "both half-days have the weight 0: at least one must not");
    }
    keys.finish();
    let [morning_weight, afternoon_weight] = halves;
    Ok(HomeDeliveryShares {
        city_district_code: city_district_code?,
        city_factor_percent: city_factor_percent?,
        morning_weight: morning_weight?,
        afternoon_weight: afternoon_weight?,
    })
}
