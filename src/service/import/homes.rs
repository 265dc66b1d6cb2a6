use super::{
    folder::Folder,
    problem::{Checked, Problems},
    sheet::{Sheet, refuse_overlaps, values},
};
use crate::domain::{Consent, DeliveryReach, HomeTerms, PostalRange, PresenceDuty, S10, Tariff};

const FEES: &str = "fees.csv";
const PRESENCE: &str = "presence.csv";
const CONSENTS: &str = "consents.csv";
const POSTAL_NUMBERS: &str = "postal_numbers.csv";
const FEE_DONG_MAX: u32 = 1_000_000;
/// A version is kept with each request, and is no text.
const VERSION_CHARS_MAX: usize = 32;

/// Reads on what terms results are brought home; a centre that brings none need not have the files.
pub(super) fn terms(folder: &Folder, problems: &mut Problems) -> Checked<HomeTerms> {
    let tariffs = tariffs(folder, problems);
    let presence = presence(folder, problems);
    let consents = consents(folder, problems);
    let postal_ranges = postal_ranges(folder, problems);
    Ok(HomeTerms { tariffs: tariffs?, presence: presence?, consents: consents?, postal_ranges: postal_ranges? })
}

fn tariffs(folder: &Folder, problems: &mut Problems) -> Checked<Vec<Tariff>> {
    const COLUMNS: &[&str] = &["reach", "fee_dong", "effective_from", "effective_to", "status", "source"];
    if folder.bytes(FEES).is_none() {
        return Ok(Vec::new());
    }
    let sheet = Sheet::read(folder, FEES, COLUMNS, problems)?;
    let mut entries = sheet.rows(problems, |row| {
        let reach = row.word::<DeliveryReach>("reach");
        let fee_dong = row.number("fee_dong", 0, FEE_DONG_MAX);
        let effective = row.effective();
        let status = row.certainty("status");
        let source = row.text("source");
        Ok(Tariff { reach: reach?, fee_dong: fee_dong?, effective: effective?, status: status?, source: source? })
    });
    refuse_overlaps(FEES, "effective_from", &mut entries, |row| (row.reach, row.effective), problems);
    Ok(values(entries))
}

/// The ranges of numbers; no number is in two of them, whenever they are in force.
fn postal_ranges(folder: &Folder, problems: &mut Problems) -> Checked<Vec<PostalRange>> {
    const COLUMNS: &[&str] =
        &["service", "country", "from", "to", "effective_from", "effective_to", "status", "source"];
    const SERIAL_MAX: u32 = 99_999_999;
    if folder.bytes(POSTAL_NUMBERS).is_none() {
        return Ok(Vec::new());
    }
    let sheet = Sheet::read(folder, POSTAL_NUMBERS, COLUMNS, problems)?;
    let mut seen: Vec<PostalRange> = Vec::new();
    let entries = sheet.rows(problems, |row| {
        let (service, country) = (row.code("service"), row.code("country"));
        let (from, to) = (row.number("from", 0, SERIAL_MAX), row.number("to", 0, SERIAL_MAX));
        let effective = row.effective();
        let (status, source) = (row.text("status"), row.text("source"));
        let certainty = row.certainty("status");
        let range = PostalRange {
            service: service?,
            country: country?,
            from: from?,
            to: to?,
            effective: effective?,
            status: certainty.and(status)?,
            source: source?,
        };
        match S10::of(&range.service, range.from, &range.country) {
            Ok(number) if number.service() == range.service && number.country() == range.country => {}
            _ => return row.wrong("service", "service and country are two capital letters each, as in RR and VN"),
        }
        if range.to < range.from {
            return row.wrong("to", "it lies before from");
        }
        if seen.iter().any(|other| other.overlaps(&range)) {
            return row.wrong("from", "another row has numbers of this range: no number is given twice");
        }
        seen.push(range.clone());
        Ok(range)
    });
    Ok(values(entries))
}

fn presence(folder: &Folder, problems: &mut Problems) -> Checked<Vec<PresenceDuty>> {
    const COLUMNS: &[&str] =
        &["procedure", "name", "reason", "reason_en", "effective_from", "effective_to", "status", "source"];
    if folder.bytes(PRESENCE).is_none() {
        return Ok(Vec::new());
    }
    let sheet = Sheet::read(folder, PRESENCE, COLUMNS, problems)?;
    let mut entries = sheet.rows(problems, |row| {
        let procedure = row.code("procedure");
        let (name, reason, reason_en) = (row.text("name"), row.text("reason"), row.text("reason_en"));
        let effective = row.effective();
        let status = row.certainty("status");
        let source = row.text("source");
        Ok(PresenceDuty {
            procedure: procedure?,
            name: name?,
            reason: reason?,
            reason_en: reason_en?,
            effective: effective?,
            status: status?,
            source: source?,
        })
    });
    let key = |row: &PresenceDuty| (row.procedure.clone(), row.effective);
    refuse_overlaps(PRESENCE, "effective_from", &mut entries, key, problems);
    Ok(values(entries))
}

fn consents(folder: &Folder, problems: &mut Problems) -> Checked<Vec<Consent>> {
    const COLUMNS: &[&str] = &["version", "text", "text_en", "effective_from", "effective_to", "status", "source"];
    if folder.bytes(CONSENTS).is_none() {
        return Ok(Vec::new());
    }
    let sheet = Sheet::read(folder, CONSENTS, COLUMNS, problems)?;
    let mut entries = sheet.rows(problems, |row| {
        let version = match row.code("version") {
            Ok(version) if version.chars().count() > VERSION_CHARS_MAX => {
                row.wrong("version", format!("it is longer than {VERSION_CHARS_MAX} characters"))
            }
            version => version,
        };
        let (text, text_en) = (row.text("text"), row.text("text_en"));
        let effective = row.effective();
        let status = row.certainty("status");
        let source = row.text("source");
        Ok(Consent {
            version: version?,
            text: text?,
            text_en: text_en?,
            effective: effective?,
            status: status?,
            source: source?,
        })
    });
    refuse_overlaps(CONSENTS, "effective_from", &mut entries, |row| ((), row.effective), problems);
    Ok(values(entries))
}
