use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{Arc, mpsc},
};

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{
    CHAINING, aside_of, codes_of, corrupt,
    incoming::{CodeReader, IncomingScan},
    limits,
};
use crate::{
    domain::{CentreData, DeviceId, LegCarrier, Scan, to_micros},
    ledger::{Aside, Discrepancy, DiscrepancyKind, content},
    service::{FieldProblem, Principal, Service, ServiceError},
    store::{
        Appended, ConflictingScan, DiscrepancyState, NewScan, ScanBatch, ScanWriter, StoreError, StoredAside,
        StoredDiscrepancy, StoredScan,
    },
};

/// What became of a scan that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanAnswer {
    /// It is new, and on disk.
    Created {
        /// Its position in the ledger.
        position: i64,
        /// When it was received.
        received_at: DateTime<Utc>,
    },
    /// It was there already, the same in everything.
    Exists {
        /// Its position in the ledger.
        position: i64,
        /// When it was first received.
        received_at: DateTime<Utc>,
    },
    /// Another scan has its id. This one is kept aside and raises a discrepancy.
    Conflict {
        /// The other one's position in the ledger.
        position: i64,
    },
    /// It is no scan that could be understood; nothing of it is stored.
    Rejected(Vec<FieldProblem>),
}

/// Scans that are ready to be written.
#[derive(Debug)]
pub struct PreparedScans {
    centre: Arc<CentreData>,
    received_at: DateTime<Utc>,
    /// In the order in which they came.
    prepared: Vec<Result<Scan, Vec<FieldProblem>>>,
    new: Vec<NewScan>,
}

impl PreparedScans {
    /// What is wrong with the first scan that was not understood.
    pub(in crate::service) fn first_refusal(&self) -> Option<&[FieldProblem]> {
        self.prepared.iter().find_map(|scan| scan.as_ref().err()).map(Vec::as_slice)
    }

    /// Takes out what is to be written.
    fn batch(&mut self) -> ScanBatch {
        ScanBatch {
            centre_id: self.centre.centre.id,
            scans: std::mem::take(&mut self.new),
            received_at: self.received_at,
        }
    }
}

impl Service {
    /// Reads what devices tell; each scan by itself, so that one that cannot be understood keeps no other back.
    ///
    /// # Errors
    /// [`ServiceError::Store`] when the database does not answer.
    pub fn prepare_scans(
        &self,
        incoming: Vec<Result<IncomingScan, Vec<FieldProblem>>>,
    ) -> Result<PreparedScans, ServiceError> {
        self.prepare(None, incoming)
    }

    /// The same for what `principal` sends: what it certainly cannot say is rejected.
    ///
    /// # Errors
    /// [`ServiceError::Store`] when the database does not answer.
    pub fn prepare_scans_of(
        &self,
        principal: &Principal,
        incoming: Vec<Result<IncomingScan, Vec<FieldProblem>>>,
    ) -> Result<PreparedScans, ServiceError> {
        self.prepare(Some(principal), incoming)
    }

    fn prepare(
        &self,
        principal: Option<&Principal>,
        incoming: Vec<Result<IncomingScan, Vec<FieldProblem>>>,
    ) -> Result<PreparedScans, ServiceError> {
        let centre = self.centre()?;
        let received_at = to_micros(self.now());
        // Answers of the database are kept, because a code is scanned many times; a failure of it is not taken for a no.
        let known: RefCell<HashMap<String, bool>> = RefCell::default();
        let failure: RefCell<Option<StoreError>> = RefCell::default();
        let is_item = |text: &str| {
            if let Some(known) = known.borrow().get(text) {
                return *known;
            }
            let found = self.store().item_by_code(centre.centre.id, text).unwrap_or_else(|error| {
                failure.borrow_mut().get_or_insert(error);
                None
            });
            known.borrow_mut().insert(text.to_owned(), found.is_some());
            found.is_some()
        };
        let codes = CodeReader { centre: &centre, is_item: &is_item };
        let mut prepared: Vec<Result<Scan, Vec<FieldProblem>>> =
            incoming.into_iter().map(|scan| scan.and_then(|scan| scan.resolve(&codes))).collect();
        if let Some(error) = failure.take() {
            return Err(error.into());
        }
        if let Some(principal) = principal {
            self.check_senders(centre.centre.id, principal, &mut prepared)?;
        }
        let new = prepared.iter().flatten().map(|scan| self.new_scan(scan)).collect();
        Ok(PreparedScans { centre, received_at, prepared, new })
    }

    fn new_scan(&self, scan: &Scan) -> NewScan {
        let aside = Aside::of(scan, self.salt());
        let content = content::canonical(scan, aside.as_ref());
        let mut codes: Vec<String> = codes_of(scan).iter().map(ToString::to_string).collect();
        codes.sort_unstable();
        codes.dedup();
        NewScan {
            id: scan.id,
            trip: scan.trip.map(|trip| match trip {
                LegCarrier::Run(id) => id.uuid(),
                LegCarrier::Round(id) => id.uuid(),
            }),
            content_sha256: content::sha256(&content),
            content,
            codes,
            aside: aside.map(|aside| StoredAside { salt: aside.salt, text: aside.text }),
        }
    }

    /// Sixteen bytes that nobody can guess: the random bits of two fresh ids.
    fn salt(&self) -> [u8; 16] {
        let ids = [self.fresh_uuid(), self.fresh_uuid()];
        let digest = Sha256::new().chain_update(ids[0].as_bytes()).chain_update(ids[1].as_bytes()).finalize();
        let mut salt = [0; 16];
        salt.copy_from_slice(&digest[..16]);
        salt
    }

    /// Hands prepared scans to the writer; `done` hears of them when what was new is on disk.
    pub fn write_scans(
        &self,
        mut prepared: PreparedScans,
        done: impl FnOnce(Result<WrittenScans, ServiceError>) + Send + 'static,
    ) {
        let batch = prepared.batch();
        if batch.scans.is_empty() {
            return done(Ok(WrittenScans { prepared, appended: Vec::new() }));
        }
        let feed = Arc::clone(&self.inner.feed);
        match self.writer() {
            Ok(writer) => writer.add(batch, move |appended| {
                feed.stir();
                done(appended.map(|appended| WrittenScans { prepared, appended }).map_err(ServiceError::from));
            }),
            Err(error) => done(Err(error)),
        }
    }

    fn writer(&self) -> Result<Arc<ScanWriter>, ServiceError> {
        let mut writer = self.inner.scan_writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(writer) = writer.as_ref() {
            return Ok(Arc::clone(writer));
        }
        let started = Arc::new(ScanWriter::start(self.store().clone(), CHAINING)?);
        *writer = Some(Arc::clone(&started));
        Ok(started)
    }

    /// What became of each scan, in the order in which they came. A scan whose id is taken by another one is kept aside first.
    ///
    /// # Errors
    /// [`ServiceError::Store`] when a scan cannot be kept aside.
    pub fn answer_scans(&self, written: WrittenScans) -> Result<Vec<ScanAnswer>, ServiceError> {
        let WrittenScans { prepared: PreparedScans { centre, received_at, prepared, .. }, appended } = written;
        let mut appended = appended.into_iter();
        let mut answers = Vec::with_capacity(prepared.len());
        for scan in prepared {
            answers.push(match scan {
                Err(problems) => ScanAnswer::Rejected(problems),
                Ok(scan) => match appended.next() {
                    Some(Appended::Created { position, received_at }) => ScanAnswer::Created { position, received_at },
                    Some(Appended::Known(stored)) => self.compare(&centre, &scan, &stored, received_at)?,
                    None => return Err(ServiceError::Panicked),
                },
            });
        }
        Ok(answers)
    }

    fn compare(
        &self,
        centre: &CentreData,
        scan: &Scan,
        stored: &StoredScan,
        received_at: DateTime<Utc>,
    ) -> Result<ScanAnswer, ServiceError> {
        let aside = stored.aside.as_ref().map(aside_of);
        let same = content::is_of(&stored.content, aside.as_ref(), scan);
        if same.map_err(|error| corrupt(stored.position, &error))? {
            return Ok(ScanAnswer::Exists { position: stored.position, received_at: stored.received_at });
        }
        // A note may be personal, and what is kept aside cannot be erased.
        let told = content::canonical(&Scan { note: None, position: None, ..scan.clone() }, None);
        let conflict = ConflictingScan {
            centre_id: centre.centre.id,
            id: scan.id,
            content_sha256: content::sha256(&told),
            content: told,
            received_at,
        };
        let found = of_device(centre, scan, scan.device_id, received_at);
        self.store().keep_conflict(&conflict, &found)?;
        Ok(ScanAnswer::Conflict { position: stored.position })
    }

    /// Takes scans in and waits until they are on disk.
    ///
    /// # Errors
    /// [`ServiceError::Store`] when the database does not answer: then none of them may be taken for stored.
    pub fn capture_scans(
        &self,
        incoming: Vec<Result<IncomingScan, Vec<FieldProblem>>>,
    ) -> Result<Vec<ScanAnswer>, ServiceError> {
        let prepared = self.prepare_scans(incoming)?;
        let (sender, receiver) = mpsc::sync_channel(1);
        self.write_scans(prepared, move |written| {
            // Nobody waits any more when the receiver is gone.
            let _ = sender.send(written);
        });
        self.answer_scans(receiver.recv().map_err(|_| ServiceError::Panicked)??)
    }
}

fn of_device(centre: &CentreData, scan: &Scan, device_id: DeviceId, received_at: DateTime<Utc>) -> StoredDiscrepancy {
    let kind = DiscrepancyKind::Conflict { device_id };
    let found = Discrepancy::of_device(scan.id, kind, Some(scan.actor), received_at, &limits(centre, received_at));
    stored_discrepancy(&found)
}

pub(super) fn stored_discrepancy(found: &Discrepancy) -> StoredDiscrepancy {
    StoredDiscrepancy {
        id: found.id(),
        code: match &found.kind {
            // Gaps come and go with their device, as a thing's findings do with the thing.
            DiscrepancyKind::SequenceGap { device_id, .. } => Some(device_subject(*device_id)),
            _ => found.code.as_ref().map(ToString::to_string),
        },
        scan_id: found.scan,
        kind: found.kind.word().to_owned(),
        detail: json(&found.kind),
        owner: found.owner.as_ref().map(json),
        raised_at: found.raised_at,
        due_at: found.due_at,
        state: DiscrepancyState::Open,
        assignee: None,
        reason: None,
        closed_at: None,
    }
}

/// What the store files the findings of a device under, as it files those of a thing under its code.
pub(super) fn device_subject(device_id: DeviceId) -> String {
    format!("{DEVICE}{device_id}")
}

/// No code has this in front.
pub(super) const DEVICE: &str = "device:";

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("parties and kinds are made of strings and numbers")
}

/// Scans of which what was new is on disk.
#[derive(Debug)]
pub struct WrittenScans {
    prepared: PreparedScans,
    appended: Vec<Appended>,
}

impl WrittenScans {
    /// Whether answering takes no more work of the database.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.appended.iter().all(|appended| matches!(appended, Appended::Created { .. }))
    }
}
