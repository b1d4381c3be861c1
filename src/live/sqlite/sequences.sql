select name, seq
from sqlite_sequence
