use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    manifest::ManifestItem,
    places::{SiteRef, local},
};
use crate::{
    domain::{RunId, Warning},
    service::DayPlan,
};

/// Something that a dispatcher should know.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WarningOut {
    /// `last_safe_run`, `late` or `visit_skipped`.
    #[schema(example = "last_safe_run")]
    code: &'static str,
    /// The item it is about.
    item: Option<ManifestItem>,
    /// The site it is about.
    site: Option<SiteRef>,
    /// The code of the run it is about.
    run: Option<String>,
    /// When the item is due.
    due_at: Option<DateTime<FixedOffset>>,
    /// When it arrives.
    arrives_at: Option<DateTime<FixedOffset>>,
    /// One plain Vietnamese sentence.
    sentence_vi: String,
    /// One plain English sentence.
    sentence_en: String,
}

impl WarningOut {
    pub(crate) fn of(day: &DayPlan, warning: &Warning) -> Self {
        let zone = day.centre.centre.time_zone;
        let run_code = |id: RunId| day.run(id).map(|run| run.code.clone());
        let hm = |at| local(at, zone).format("%d/%m %H:%M").to_string();
        let item = warning.item_id().map(|id| ManifestItem::of(day, id));
        let bare = Self {
            code: warning.code(),
            item,
            site: None,
            run: None,
            due_at: None,
            arrives_at: None,
            sentence_vi: String::new(),
            sentence_en: String::new(),
        };
        match warning {
            Warning::LastSafeRun { run_id, due_at, .. } => {
                let run = run_code(*run_id);
                let name = run.as_deref().unwrap_or("?");
                Self {
                    sentence_vi: format!("Chuyến {name} là chuyến cuối còn kịp hạn ({}).", hm(*due_at)),
                    sentence_en: format!("Run {name} is the last one that keeps its due time ({}).", hm(*due_at)),
                    due_at: Some(local(*due_at, zone)),
                    run,
                    ..bare
                }
            }
            Warning::Late { due_at, arrives_at, .. } => Self {
                sentence_vi: format!("Tới lúc {}, sau hạn {}.", hm(*arrives_at), hm(*due_at)),
                sentence_en: format!("It arrives at {}, after its due time {}.", hm(*arrives_at), hm(*due_at)),
                due_at: Some(local(*due_at, zone)),
                arrives_at: Some(local(*arrives_at, zone)),
                ..bare
            },
            Warning::VisitSkipped { site_id, run_id } => {
                let site = SiteRef::of(&day.centre, *site_id);
                let run = run_code(*run_id);
                let name = run.as_deref().unwrap_or("?");
                Self {
                    sentence_vi: format!("Chuyến {name} không ghé {}, nơi mọi chuyến phải ghé.", site.name),
                    sentence_en: format!("Run {name} does not call at {}, which every run should visit.", site.name),
                    site: Some(site),
                    run,
                    ..bare
                }
            }
        }
    }
}
