use chrono::NaiveDate;

use super::desk::HomeRules;
use crate::{
    domain::{CentreData, DayClock, Dossier, Phone},
    service::{FieldProblem, Service, ServiceError},
};

/// On which days a result can be brought, or fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HomeDays {
    /// Not before.
    pub earliest: NaiveDate,
    /// Not after.
    pub last: NaiveDate,
}

impl Service {
    /// Whether a slip has this dossier's code and this number, as [`Service::ask_home_delivery`] will look again, and on which
    /// days its result can be brought. `address` is where the question comes from.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`], [`ServiceError::NoSuchSlip`], [`ServiceError::TooManyTries`] and
    /// [`ServiceError::PresenceRequired`].
    pub fn check_slip(&self, dossier: &str, phone: &str, address: &str) -> Result<HomeDays, ServiceError> {
        let centre = self.centre()?;
        let mut problems = Vec::new();
        let code = centre.centre.dossier_codes.recognise(dossier).map(|(code, _)| code);
        let code = code.map_err(|error| problems.push(FieldProblem::new("dossier", error.to_string())));
        let phone =
            phone.parse::<Phone>().map_err(|error| problems.push(FieldProblem::new("phone", error.to_string())));
        let (Ok(code), Ok(phone)) = (code, phone) else { return Err(ServiceError::Invalid(problems)) };
        let rules = HomeRules::on(&centre, self.today()?)?;
        let dossier = self.matching_dossier(&centre, &rules, code.as_str(), &phone, address)?;
        self.check_presence(&centre, &dossier)?;
        self.days_of(&centre, &dossier)
    }

    /// On which days the result of a link can be brought or fetched.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`].
    pub fn home_days(&self, link: &str) -> Result<HomeDays, ServiceError> {
        let followed = self.by_link(link)?;
        self.days_of(&*self.centre()?, &followed.dossier)
    }

    /// It comes from its department on the day it is settled, or is promised, and leaves on the next working day at the
    /// earliest. Nor is it kept here for long.
    fn days_of(&self, centre: &CentreData, dossier: &Dossier) -> Result<HomeDays, ServiceError> {
        let ready = dossier.settled_at.unwrap_or(dossier.appointment_at);
        let ready = DayClock::date_of(ready, centre.centre.time_zone);
        let earliest = centre.calendar.add_working_days(ready, 1)?;
        let today = self.today()?;
        let days = i32::try_from(HomeRules::on(centre, today)?.days_offered).unwrap_or(i32::MAX);
        let last = centre.calendar.add_working_days(earliest.max(today), days).unwrap_or(centre.calendar.to());
        Ok(HomeDays { earliest, last })
    }

    /// Refuses what is handed over in person only.
    fn check_presence(&self, centre: &CentreData, dossier: &Dossier) -> Result<(), ServiceError> {
        let today = self.today()?;
        let duty = dossier.procedure_code.as_deref().and_then(|code| centre.homes.presence_duty(code, today));
        match duty {
            None => Ok(()),
            Some(duty) => {
                Err(ServiceError::PresenceRequired { reason: duty.reason.clone(), reason_en: duty.reason_en.clone() })
            }
        }
    }

    /// Refuses what the dossier itself does not allow.
    pub(super) fn check_dossier(
        &self,
        centre: &CentreData,
        dossier: &Dossier,
        date: NaiveDate,
    ) -> Result<(), ServiceError> {
        self.check_presence(centre, dossier)?;
        self.check_day(centre, dossier, date)
    }

    /// Refuses a day on which the result cannot be here.
    pub(super) fn check_day(
        &self,
        centre: &CentreData,
        dossier: &Dossier,
        date: NaiveDate,
    ) -> Result<(), ServiceError> {
        let HomeDays { earliest, last } = self.days_of(centre, dossier)?;
        if (earliest..=last).contains(&date) {
            return Ok(());
        }
        let message = format!("the result can be brought from {earliest} to {last}");
        Err(ServiceError::Invalid(vec![FieldProblem::new("half_day", message)]))
    }
}
