#include "store/column.h"

#include "store/vector.h"

enum result column_add(struct column *column, uint32_t row, double number) {
    size_t need = column->count + 1;
    if (!vector_reserve(&column->rows, &column->rows_capacity, need, sizeof *column->rows) ||
        !vector_reserve(&column->numbers, &column->numbers_capacity, need, sizeof *column->numbers))
        return RESULT_NO_MEMORY;
    column->rows[column->count] = row;
    column->numbers[column->count++] = number;
    return RESULT_OK;
}

size_t column_bytes(const struct column *column) {
    return column->rows_capacity * sizeof *column->rows + column->numbers_capacity * sizeof *column->numbers;
}

void column_release(struct column *column) {
    free(column->rows);
    free(column->numbers);
}
