"""Draws a chart node as Slicer's plot view does, without one: the same VTK chart, filled from the same nodes."""

from __future__ import annotations

from typing import Any

import numpy as np

from support.desktop.slice_rendering import choose_back_end


def chart_picture(chart_node: Any, size: tuple[int, int] = (620, 420)) -> np.ndarray:
    """(height, width, 3) uint8 of a chart with all its series."""
    choose_back_end()
    import vtkmodules.vtkRenderingContextOpenGL2  # noqa: F401 - draws the chart
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkChartsCore import vtkAxis, vtkChartXY
    from vtkmodules.vtkRenderingCore import vtkWindowToImageFilter
    from vtkmodules.vtkViewsContext2D import vtkContextView

    view, chart = vtkContextView(), vtkChartXY()
    view.GetRenderWindow().SetOffScreenRendering(1)
    view.GetRenderWindow().SetSize(*size)
    view.GetRenderer().SetBackground(1, 1, 1)
    view.GetScene().AddItem(chart)
    chart.SetTitle(chart_node.GetTitle())
    chart.SetShowLegend(bool(chart_node.GetLegendVisibility()))
    for number in range(chart_node.GetNumberOfPlotSeriesNodes()):
        _add(chart, chart_node.GetNthPlotSeriesNode(number))
    for which, title in ((vtkAxis.BOTTOM, chart_node.GetXAxisTitle()), (vtkAxis.LEFT, chart_node.GetYAxisTitle())):
        chart.GetAxis(which).SetTitle(title)
    for which, automatic, ends in (
        (vtkAxis.BOTTOM, chart_node.GetXAxisRangeAuto(), chart_node.GetXAxisRange()),
        (vtkAxis.LEFT, chart_node.GetYAxisRangeAuto(), chart_node.GetYAxisRange()),
    ):
        if not automatic:
            chart.GetAxis(which).SetBehavior(vtkAxis.FIXED)
            chart.GetAxis(which).SetRange(*ends)
    view.GetRenderWindow().Render()
    grabber = vtkWindowToImageFilter()
    grabber.SetInput(view.GetRenderWindow())
    grabber.ReadFrontBufferOff()
    grabber.Update()
    image = grabber.GetOutput()
    width, height, _ = image.GetDimensions()
    pixels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, -1)[..., :3]
    return np.ascontiguousarray(pixels[::-1])


def _add(chart: Any, series: Any) -> None:
    from vtkmodules.vtkChartsCore import vtkChart, vtkPlotPoints
    from vtkmodules.vtkRenderingContext2D import vtkPen

    bars = series.GetPlotType() == series.PlotTypeBar
    plot = chart.AddPlot(vtkChart.BAR if bars else vtkChart.LINE)
    table = series.GetTableNode().GetTable()
    plot.SetUseIndexForXSeries(bars)
    plot.SetInputData(table, series.GetYColumnName() if bars else series.GetXColumnName(), series.GetYColumnName())
    plot.SetColorF(*series.GetColor())
    plot.SetWidth(series.GetLineWidth())
    plot.SetLabel(series.GetName())
    if not bars:
        styles = {series.LineStyleNone: vtkPen.NO_PEN, series.LineStyleSolid: vtkPen.SOLID_LINE}
        plot.GetPen().SetLineType(styles[series.GetLineStyle()])
        marked = series.GetMarkerStyle() == series.MarkerStyleCircle
        plot.SetMarkerStyle(vtkPlotPoints.CIRCLE if marked else vtkPlotPoints.NONE)
        plot.SetMarkerSize(series.GetMarkerSize())
