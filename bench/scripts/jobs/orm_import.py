"""SQLAlchemy ORM: students and their schools from a CSV, related objects, and a query with a hybrid of both."""

import csv
import json

from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class School(Base):
    __tablename__ = "school"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    students: Mapped[list["Student"]] = relationship(back_populates="school")


class Student(Base):
    __tablename__ = "student"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    math: Mapped[int]
    average: Mapped[float]
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    school: Mapped[School] = relationship(back_populates="students")


engine = create_engine("sqlite:///school.db")
Base.metadata.create_all(engine)

with Session(engine) as session, open("students.csv", newline="") as source:
    schools = {}
    for row in csv.DictReader(source):
        if int(row["absences"]) > 25:
            continue
        school = schools.get(row["school"])
        if school is None:
            school = schools[row["school"]] = School(name=row["school"])
            session.add(school)
        marks = [int(row[subject]) for subject in ("math", "reading", "science")]
        school.students.append(Student(code=row["student"], math=marks[0], average=sum(marks) / len(marks)))
    session.commit()

with Session(engine) as session:
    query = (
        select(School.name, func.avg(Student.average), func.max(Student.math))
        .join(Student.school)
        .group_by(School.name)
        .order_by(School.name)
    )
    result = [
        {"school": name, "mean": round(mean, 2), "best_math": best} for name, mean, best in session.execute(query)
    ]
    top = [
        {"student": one.code, "school": one.school.name}
        for one in session.scalars(select(Student).where(Student.math > 80).order_by(Student.code))
    ]
with open("schools.json", "w") as target:
    json.dump(result, target)
with open("top_students.json", "w") as target:
    json.dump(top, target)
