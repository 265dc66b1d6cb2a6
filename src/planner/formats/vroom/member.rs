//! Members of JSON objects, each known by its pointer.

use serde_json::{Map, Value};

use super::error::{MemberProblem, VroomError};

type Read<T> = Result<T, VroomError>;

/// A value with its place in the document.
#[derive(Clone)]
pub(super) struct Member<'a> {
    pub(super) value: &'a Value,
    pub(super) pointer: String,
}

/// An object all of whose members are known.
#[derive(Clone)]
pub(super) struct Object<'a> {
    members: &'a Map<String, Value>,
    pub(super) pointer: String,
}

/// What a value is, in plain words.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A name as a part of a JSON pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl<'a> Member<'a> {
    pub(super) fn fail<T>(&self, problem: MemberProblem) -> Read<T> {
        Err(VroomError::new(&self.pointer, problem))
    }

    fn kind<T>(&self, expected: &'static str) -> Read<T> {
        self.fail(MemberProblem::Kind { found: kind_of(self.value), expected })
    }

    /// An object with no member but these.
    pub(super) fn object(&self, known: &[&str]) -> Read<Object<'a>> {
        let Value::Object(members) = self.value else { return self.kind("an object") };
        let object = Object { members, pointer: self.pointer.clone() };
        if let Some(name) = members.keys().find(|name| !known.contains(&name.as_str())) {
            let problem = MemberProblem::Unknown { expected: known.join(", ") };
            return Err(VroomError::new(object.at(name), problem));
        }
        Ok(object)
    }

    /// The entries of an object whose members' names are free.
    pub(super) fn entries(&self) -> Read<Vec<(&'a str, Member<'a>)>> {
        let Value::Object(members) = self.value else { return self.kind("an object") };
        let entry = |(name, value): (&'a String, &'a Value)| {
            (name.as_str(), Member { value, pointer: format!("{}/{}", self.pointer, escaped(name)) })
        };
        Ok(members.iter().map(entry).collect())
    }

    pub(super) fn list(&self) -> Read<Vec<Member<'a>>> {
        let Value::Array(values) = self.value else { return self.kind("a list") };
        let element = |(index, value)| Member { value, pointer: format!("{}/{index}", self.pointer) };
        Ok(values.iter().enumerate().map(element).collect())
    }

    pub(super) fn text(&self) -> Read<&'a str> {
        match self.value {
            Value::String(text) => Ok(text),
            _ => self.kind("a text"),
        }
    }

    pub(super) fn truth(&self) -> Read<bool> {
        match self.value {
            Value::Bool(truth) => Ok(*truth),
            _ => self.kind("true or false"),
        }
    }

    pub(super) fn float(&self) -> Read<f64> {
        match self.value.as_f64() {
            Some(number) => Ok(number),
            None => self.kind("a number"),
        }
    }

    /// A whole number from 0 to `limit`.
    pub(super) fn whole(&self, limit: u64) -> Read<u64> {
        let Value::Number(number) = self.value else { return self.kind("a whole number") };
        let value = number.to_string();
        match number.as_u64() {
            Some(whole) if whole <= limit => Ok(whole),
            Some(_) => self.fail(MemberProblem::TooLarge { value, limit }),
            None if number.as_f64().is_some_and(|number| number < 0.0) => self.fail(MemberProblem::Negative(value)),
            None => self.fail(MemberProblem::Fraction(value)),
        }
    }

    /// The same, for measures that the planner keeps signed.
    pub(super) fn measure(&self, limit: i64) -> Read<i64> {
        let whole = self.whole(limit.unsigned_abs())?;
        Ok(i64::try_from(whole).expect("it is within a signed limit"))
    }

    pub(super) fn wholes(&self, limit: u64) -> Read<Vec<u64>> {
        self.list()?.iter().map(|element| element.whole(limit)).collect()
    }

    /// Longitude and latitude in degrees.
    pub(super) fn coordinates(&self) -> Read<[f64; 2]> {
        let list = self.list()?;
        let [lon, lat] = &list[..] else {
            return self.fail(MemberProblem::Dimensions {
                actual: list.len(),
                expected: 2,
                as_in: "[longitude, latitude]".to_owned(),
            });
        };
        for (member, limit, expected) in
            [(lon, 180.0, "a longitude from -180 to 180"), (lat, 90.0, "a latitude from -90 to 90")]
        {
            let degrees = member.float()?;
            if degrees.abs() > limit {
                return member.fail(MemberProblem::Range { value: degrees.to_string(), expected });
            }
        }
        Ok([lon.float()?, lat.float()?])
    }
}

impl<'a> Object<'a> {
    /// The pointer to a member.
    pub(super) fn at(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, escaped(name))
    }

    /// A member that is there; null is taken for its absence, as many clients mean it.
    pub(super) fn get(&self, name: &str) -> Option<Member<'a>> {
        let given = self.members.get(name).filter(|value| !value.is_null());
        given.map(|value| Member { value, pointer: self.at(name) })
    }

    pub(super) fn need(&self, name: &str, what: &'static str) -> Read<Member<'a>> {
        self.get(name).ok_or_else(|| VroomError::new(self.at(name), MemberProblem::Missing(what)))
    }

    /// Reads a member, if it is there.
    pub(super) fn read<T>(&self, name: &str, read: impl FnOnce(Member<'a>) -> Read<T>) -> Read<Option<T>> {
        self.get(name).map(read).transpose()
    }

    pub(super) fn text(&self, name: &str) -> Read<Option<String>> {
        self.read(name, |member| member.text().map(str::to_owned))
    }

    pub(super) fn measure(&self, name: &str, limit: i64) -> Read<Option<i64>> {
        self.read(name, |member| member.measure(limit))
    }

    pub(super) fn id(&self) -> Read<u64> {
        self.need("id", "a whole number")?.whole(u64::MAX)
    }
}
