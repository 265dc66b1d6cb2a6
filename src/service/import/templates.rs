use super::{
    folder::Folder,
    problem::{Checked, Problems},
    sheet::{Sheet, refuse_overlaps, values},
};
use crate::domain::{Channel, MessageKind, MessageTemplate};

const TEMPLATES: &str = "templates.csv";

/// Reads the words of messages; a centre that tells nobody anything need not have the file.
pub(super) fn templates(folder: &Folder, problems: &mut Problems) -> Checked<Vec<MessageTemplate>> {
    let columns = &[
        "template",
        "channel",
        "urgent",
        "subject",
        "subject_en",
        "text",
        "text_en",
        "effective_from",
        "effective_to",
        "status",
        "source",
    ];
    if folder.bytes(TEMPLATES).is_none() {
        return Ok(Vec::new());
    }
    let sheet = Sheet::read(folder, TEMPLATES, columns, problems)?;
    let mut entries = sheet.rows(problems, |row| {
        let kind = row.word::<MessageKind>("template");
        let channel = row.word::<Channel>("channel");
        let urgent = row.boolean("urgent");
        let (text, text_en) = (row.text("text"), row.text("text_en"));
        let [subject, subject_en] = ["subject", "subject_en"].map(|column| {
            let subject = row.optional(column).unwrap_or_default();
            if channel == Ok(Channel::Email) && subject.is_empty() {
                return row.wrong(column, "it is empty: a letter says what it is about");
            }
            Ok(subject)
        });
        if let Ok(kind) = kind {
            for column in ["subject", "subject_en", "text", "text_en"] {
                if let Err(problem) = MessageTemplate::check(kind, row.raw(column)) {
                    return row.wrong(column, problem);
                }
            }
        }
        let effective = row.effective();
        let status = row.certainty("status");
        let source = row.text("source");
        Ok(MessageTemplate {
            kind: kind?,
            channel: channel?,
            urgent: urgent?,
            subject: subject?,
            subject_en: subject_en?,
            text: text?,
            text_en: text_en?,
            effective: effective?,
            status: status?,
            source: source?,
        })
    });
    let key = |row: &MessageTemplate| ((row.kind, row.channel), row.effective);
    refuse_overlaps(TEMPLATES, "effective_from", &mut entries, key, problems);
    Ok(values(entries))
}
