# SPDX-License-Identifier: Apache-2.0
"""Names of the folders and networks that the steps of the chain write; free of Keras."""

TEACHER, STUDENT, INT8 = "teacher", "student", "int8"  # a step's folder each
TEACHER_MODEL = "teacher.keras"
STUDENT_MODEL = "student.keras"
