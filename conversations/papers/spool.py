"""Reading a school line by line: never more than one teacher is in memory."""

from collections.abc import Iterator

from conversations.papers.orders import SchoolOrder, TeacherFile


def teachers_in(order: SchoolOrder) -> Iterator[TeacherFile]:
    """Give the teachers of an order one after the other."""
    with order.spool.open(encoding="utf-8") as lines:
        for line in lines:
            yield TeacherFile.model_validate_json(line)
