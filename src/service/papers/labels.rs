use super::names;
use crate::{
    domain::{CentreData, Code, Destination, Dossier, Item},
    paper::{Label, LabelKind, label_sheets, single_labels, zpl_labels},
    service::{FieldProblem, Service, ServiceError},
};

/// Labels that are printed at once at most.
pub const LABELS_MAX: usize = 5_000;

/// How labels are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelFormat {
    /// On A4 sheets of 24, from this place of the first sheet on, from 1.
    Sheets {
        /// The first free label.
        start: usize,
    },
    /// On pages of 100 × 50 mm.
    Single,
    /// For a thermal printer.
    Zpl,
}

impl Service {
    /// Labels for these codes, in order: of registered items with their way, of dossiers with their department, of codes of
    /// our own that nobody has registered yet with nothing but the code.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] with every text that is no code, and for none or too many; [`ServiceError::Paper`] for a
    /// place that no sheet has.
    pub fn labels(&self, codes: &[String], format: LabelFormat) -> Result<Vec<u8>, ServiceError> {
        let centre = self.centre()?;
        let count = codes.len();
        if !(1..=LABELS_MAX).contains(&count) {
            let message = format!("{count} codes: expected 1 to {LABELS_MAX}");
            return Err(ServiceError::Invalid(vec![FieldProblem::new("codes", message)]));
        }
        let mut labels = Vec::with_capacity(count);
        let mut problems = Vec::new();
        for (n, text) in codes.iter().enumerate() {
            match self.label(&centre, text) {
                Ok(label) => labels.push(label),
                Err(ServiceError::Misread(misread)) => {
                    problems.push(FieldProblem::new(format!("codes/{n}"), misread.to_string()));
                }
                Err(other) => return Err(other),
            }
        }
        if !problems.is_empty() {
            return Err(ServiceError::Invalid(problems));
        }
        Ok(match format {
            LabelFormat::Sheets { start } => label_sheets(&labels, start)?,
            LabelFormat::Single => single_labels(&labels)?,
            LabelFormat::Zpl => zpl_labels(&labels)?.into_bytes(),
        })
    }

    fn label(&self, centre: &CentreData, text: &str) -> Result<Label, ServiceError> {
        let (code, registered) = self.read_code(centre, text)?;
        let mut label = Label {
            // A label carries what was registered, which a scanner reads back as it is.
            code: text.trim().to_owned(),
            kind: match code {
                Code::Dossier(_) => LabelKind::Dossier,
                Code::Item(_) => LabelKind::Item,
                Code::Pouch(_) => LabelKind::Pouch,
                Code::Postal(_) | Code::Gs1(_) => LabelKind::Other,
            },
            centre: centre.centre.name.clone(),
            from: None,
            to: None,
            dossier: None,
            note: None,
        };
        if registered && let Some(item) = self.store().item_by_code(centre.centre.id, text.trim())? {
            self.describe_item(centre, &item, &mut label)?;
        } else if let Code::Dossier(code) = &code
            && let Some(dossier) = self.store().dossier_by_code(centre.centre.id, code.as_str())?
        {
            label.to = Some(names::site(centre, dossier.department_id));
            label.note = Some(appointment(centre, &dossier));
        }
        Ok(label)
    }

    fn describe_item(&self, centre: &CentreData, item: &Item, label: &mut Label) -> Result<(), ServiceError> {
        label.from = Some(names::site(centre, item.from));
        label.to = Some(match item.to {
            Destination::Site(id) => names::site(centre, id),
            // Of a home only the commune, which is nobody's own.
            Destination::Home(id) => {
                let homes = self.store().home_deliveries(centre.centre.id, &[id])?;
                let day = names::local(centre, item.ready_at).date();
                let commune = homes.first().and_then(|home| centre.commune(&home.commune_code, day));
                commune.map_or_else(|| "Giao tận nơi".to_owned(), |commune| format!("Giao tận nơi – {}", commune.name))
            }
        });
        if let Some(id) = item.dossier_id
            && let Some(dossier) = self.store().dossiers(centre.centre.id, &[id])?.first()
        {
            label.dossier = Some(dossier.code.to_string());
            label.note = Some(appointment(centre, dossier));
        }
        Ok(())
    }
}

fn appointment(centre: &CentreData, dossier: &Dossier) -> String {
    format!("Hẹn trả: {}", names::day(names::local(centre, dossier.appointment_at).date()))
}
