"""What schemathesis has to know of the API to speak to all of it."""

import schemathesis


@schemathesis.serializer("application/offset+octet-stream")
def part_of_a_file(ctx, value):
    """The bytes of a part are sent as they are."""
    return value if isinstance(value, bytes) else str(value).encode()
