"""SQLAlchemy: departments and people with a relationship, loaded from CSV, reported through the objects."""

import csv
from datetime import date

from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Department(Base):
    __tablename__ = "departments"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    people: Mapped[list["Person"]] = relationship(back_populates="department")


class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str]
    salary: Mapped[int]
    rating: Mapped[int]
    hired: Mapped[date]
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    department: Mapped[Department] = relationship(back_populates="people")

    @property
    def raise_percent(self) -> float:
        return {5: 6.0, 4: 3.5}.get(self.rating, 1.0)


engine = create_engine("sqlite:///hr.db")
Base.metadata.create_all(engine)

with Session(engine) as session, open("employees.csv", newline="") as handle:
    departments = {}
    for row in csv.DictReader(handle):
        name = row["dept"].upper()
        if name not in departments:
            departments[name] = Department(name=name)
            session.add(departments[name])
        session.add(
            Person(
                id=int(row["emp_id"]),
                full_name=f"{row['first_name'].title()} {row['last_name']}",
                salary=int(row["salary"]),
                rating=int(row["rating"]),
                hired=date.fromisoformat(row["hired"]),
                department=departments[name],
            )
        )
    session.commit()

with Session(engine) as session:
    with open("raises.csv", "w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["person", "department", "salary", "new_salary"])
        for person in session.scalars(select(Person).where(Person.rating >= 3).order_by(Person.id)):
            raised = round(person.salary * (1 + person.raise_percent / 100))
            writer.writerow([person.full_name, person.department.name, person.salary, raised])

    with open("departments.csv", "w", newline="") as handle:
        writer = csv.DictWriter(handle, ["department", "people", "payroll", "oldest"])
        writer.writeheader()
        for department in session.scalars(select(Department).order_by(Department.name)):
            writer.writerow(
                {
                    "department": department.name,
                    "people": len(department.people),
                    "payroll": sum(person.salary for person in department.people),
                    "oldest": min(person.hired for person in department.people),
                }
            )

    query = (
        select(Department.name, func.avg(Person.salary).label("mean"), func.max(Person.rating))
        .join(Person.department)
        .group_by(Department.name)
        .order_by(Department.name)
    )
    with open("means.csv", "w") as handle:
        handle.write("department,mean,best\n")
        for name, mean, best in session.execute(query):
            handle.write(f"{name},{mean:.2f},{best}\n")
